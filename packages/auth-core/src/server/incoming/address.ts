// Network addresses: one form for each, however it is written, and the networks that it is in.

const MAPPED = '::ffff:'
/** NAT64's well-known prefix: behind it is an IPv4 address (RFC 6052, section 2.1). */
const TRANSLATED = '64:ff9b::'

/**
 * An address in the one form that it is compared and counted in.
 *
 * What proxies and sockets write around it does not count: a port (`203.0.113.7:40001`, `[2001:db8::1]:443`), a zone (`fe80::1%eth0`), case,
 * zeros that were or were not left out, and IPv6's form of an IPv4 address (`::ffff:203.0.113.7`).
 *
 * @param text as a socket, or a proxy's header, tells it
 * @returns IPv4 with dots, or IPv6 in lower case and as short as can be; `undefined` for what is no address
 * @example
 * import { canonicalAddress, networksOf } from '@fluxauth/auth-core/server'
 *
 * canonicalAddress('[2001:DB8:0:0::1]:40001') // '2001:db8::1'
 * canonicalAddress('::ffff:203.0.113.7') // '203.0.113.7'
 * canonicalAddress('unknown') // undefined
 * networksOf('2001:db8::1') // ['2001:db8:0:0', '2001:db8:0']
 * @see RFC 4291, sections 2.2 and 2.5.5.2; RFC 5952
 */
export function canonicalAddress(text: string): string | undefined {
  const end = endOfIPv4(text, 0)
  if (end > 0) return end === text.length ? text : isPort(text, end) ? text.slice(0, end) : undefined
  // As sockets that listen on both families write IPv4.
  if (text.startsWith(MAPPED) && endOfIPv4(text, MAPPED.length) === text.length) {
    return text.slice(MAPPED.length)
  }
  return canonicalIPv6(text)
}

/**
 * The networks of an address that whoever is behind it cannot leave by choosing another, the narrowest first: IPv4 whole; for IPv6 its
 * /64, which is one customer's at least, and its /48, of which one customer may have all.
 *
 * @param address as {@link canonicalAddress} gives it
 * @see {@link canonicalAddress}, whose example has it
 * @see RFC 6177, section 2
 */
export function networksOf(address: string): readonly [narrow: string, wide?: string] {
  if (!address.includes(':')) return [address]
  const groups = groupsOf(address)
  return [groups.slice(0, 4).join(':'), groups.slice(0, 3).join(':')]
}

/** Where an IPv4 address that begins at `start` ends; 0 where none does. */
function endOfIPv4(text: string, start: number): number {
  let at = start
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== 0x2e) return 0
    const first = at
    let value = 0
    for (let digit = digitAt(text, at); digit >= 0 && at - first < 4; digit = digitAt(text, ++at)) {
      value = value * 10 + digit
    }
    // A zero in front is octal to some who read it.
    if (at === first || value > 255 || (at - first > 1 && digitAt(text, first) === 0)) return 0
  }
  return at
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30
  return digit <= 9 ? digit : -1
}

/** Whether the rest is a colon and a port. */
function isPort(text: string, at: number): boolean {
  const rest = text.slice(at, at + 7)
  return at + rest.length === text.length && /^:\d{1,5}$/.test(rest)
}

function canonicalIPv6(text: string): string | undefined {
  const close = text.startsWith('[') ? text.indexOf(']') : -1
  if (close >= 0 && close + 1 < text.length && !isPort(text, close + 1)) return undefined
  const inside = close < 0 ? text : text.slice(1, close)
  const zone = inside.indexOf('%')
  const bare = zone < 0 ? inside : inside.slice(0, zone)
  // The longest is written with IPv4 at its end. What else a URL's host may be is none.
  if (bare.length > 45 || !/^[\da-f:.]*:[\da-f:.]*$/i.test(bare)) return undefined
  let short: string
  try {
    short = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
  return short.startsWith(MAPPED) || short.startsWith(TRANSLATED) ? (ipv4Within(short) ?? short) : short
}

/** The IPv4 address in the last four bytes, where nothing but a prefix is before it. */
function ipv4Within(short: string): string | undefined {
  const groups = groupsOf(short)
  const prefix = groups.slice(0, 6).join(':')
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return undefined
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.')
}

/** The eight groups of a short IPv6 address, without zeros in front. */
function groupsOf(short: string): string[] {
  const [left = '', right = ''] = short.split('::')
  const head = left.split(':').filter(Boolean)
  const tail = right.split(':').filter(Boolean)
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
}
