// How many failed attempts are let through, and under which names they are counted.

import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { allowed, type OptionRule, type OptionRules } from '@fluxauth/auth-core/server'

/** How many attempts to let through. */
export interface AttemptLimits {
  /** Failed attempts on one user name. Default 10. */
  readonly user?: number | undefined
  /** Failed attempts from one address; IPv6 addresses count by their network (/64). Default 100. */
  readonly address?: number | undefined
  /** Failed attempts on a user from an address where that user signed in before, which count apart. Default 10. */
  readonly pair?: number | undefined
  /** In so many seconds, counted from the first of them; 2,147,483 (24 days) at most. Default 900. */
  readonly seconds?: number | undefined
  /** For how many seconds an address where a user signed in is known to be good for that user. Default 2,592,000: 30 days. */
  readonly rememberSeconds?: number | undefined
}

/** {@link AttemptLimits} with none left out. */
export type CompleteLimits = { readonly [K in keyof AttemptLimits]-?: number }

/** What each of {@link AttemptLimits} may be. */
export const attemptLimits: OptionRules<keyof AttemptLimits> = {
  user: allowed.whole(1),
  address: allowed.whole(1),
  pair: allowed.whole(1),
  seconds: allowed.whole(1, Math.floor(allowed.LONGEST_TIMER / 1000)),
  rememberSeconds: allowed.whole(1, allowed.HUNDRED_YEARS),
}

/** What `timeout` of a store may be, in milliseconds. */
export const timeoutRule: OptionRule = allowed.number(1, allowed.LONGEST_TIMER)

/** Puts in what was left out. */
export function completeLimits(limits: AttemptLimits = {}): CompleteLimits {
  const { user = 10, address = 100, pair = 10, seconds = 900, rememberSeconds = 30 * 86_400 } = limits
  return { user, address, pair, seconds, rememberSeconds }
}

/** The names that an attempt is counted under: hashes, since people type passwords into the wrong field. */
export interface AttemptKeys {
  readonly user: string | undefined
  readonly address: string | undefined
  /** With a user and an address alone. */
  readonly pair: string | undefined
}

/** Under which names an attempt is counted. */
export function keysOf({
  user,
  address,
}: {
  readonly user?: string | undefined
  readonly address?: string | undefined
}): AttemptKeys {
  // Where user names are found in any case, each way to write one must not be a limit of its own.
  const name = user?.normalize('NFKC').toLowerCase()
  const network = address === undefined ? undefined : networkOf(address)
  return {
    user: name === undefined ? undefined : key('user', name),
    address: network === undefined ? undefined : key('address', network),
    pair: name === undefined || network === undefined ? undefined : key('pair', `${network} ${name}`),
  }
}

function key(kind: string, text: string): string {
  return hash('sha256', `${kind} ${text}`, 'base64url')
}

/**
 * The part of an address that whoever is behind it cannot choose: IPv4 whole, IPv6 without its lower half.
 *
 * @see RFC 4291, sections 2.5.1 and 2.5.5.2; RFC 6177
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%', 1)
  if (!isIPv6(bare)) return address
  const [left = '', right] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const head = left.split(':').filter(Boolean)
  const tail = right?.split(':').filter(Boolean) ?? []
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return groups.slice(0, 4).join(':')
  // An IPv4 address in IPv6's form, as a server that listens on both sees it.
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.')
}
