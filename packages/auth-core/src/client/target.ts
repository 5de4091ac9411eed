// Which origins may receive a credential.

import { anything, boolean } from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import { TargetError } from './errors.ts'

/** Options of {@link createTarget}. */
export interface TargetOptions {
  /** The origin, or origins, that the credential is for: scheme, host and port, for example `https://localhost:8086`. */
  readonly origin: string | { readonly href: string } | readonly (string | { readonly href: string })[]
  /** Allows plain `http:` to other hosts than this machine, where anyone on the way can read the credential. Default `false`. */
  readonly allowInsecure?: boolean | undefined
}

const RULES = { origin: anything, allowInsecure: boolean }

/** The origins a credential is bound to. */
export interface Target {
  /** The bound origins, normalised; relative URLs are resolved against the first. */
  readonly origins: readonly [string, ...string[]]
  /** Whether plain http may lead to other hosts than this machine, and through the proxy that an environment names. */
  readonly allowsInsecure: boolean
  /** Reads a URL that is to be called; throws `ERR_TARGET_URL` or `ERR_TARGET_USERINFO`. */
  resolve(url: string): URL
  /** Whether the URL's origin is a bound one. */
  includes(url: { readonly origin: string }): boolean
}

/**
 * Binds a credential to its origins.
 *
 * Scheme, host and port must all be the same; hosts are compared as the URL standard normalises them (IDNA, IPv4 and IPv6 forms,
 * default ports).
 *
 * @param options the `origin` or origins, and whether plain http may leave this machine
 * @returns the target
 * @throws {TargetError} `ERR_TARGET_ORIGIN` for what is not an origin (a wildcard, a path, a query, user name or password),
 *   `ERR_TARGET_INSECURE` for plain http to another host than 127.0.0.0/8, ::1 or localhost
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`, such as for an `allowInsecure` that is neither `true` nor `false`
 * @example
 * import { createTarget } from '@fluxauth/auth-core/client'
 *
 * const target = createTarget({ origin: 'https://influx.example' })
 * target.includes(target.resolve('/api/v2/buckets')) // true
 * target.includes(target.resolve('https://influx.example:8086/api/v2/buckets')) // false
 * @see RFC 6454; WHATWG URL, section 4.7
 */
export function createTarget(options: TargetOptions): Target {
  options = checkOptions(options, RULES)
  const { origin, allowInsecure = false } = options
  if (origin === undefined || origin === null) {
    throw new TargetError(
      'ERR_TARGET_ORIGIN',
      `The origin is ${origin}: give one like https://localhost:8086. Is the variable set that you read it from?`,
    )
  }
  const list = (Array.isArray(origin) ? origin : [origin]) as readonly (string | { readonly href: string })[]
  const [first, ...others] = list.map((item) => readOrigin(item, allowInsecure))
  if (first === undefined) throw new TargetError('ERR_TARGET_ORIGIN', 'Name at least one origin')
  const origins = [first, ...others] as const
  return {
    origins,
    allowsInsecure: allowInsecure,
    resolve(url) {
      const parsed = parseUrl(url, ABSOLUTE.test(url) ? undefined : first)
      if (!parsed) throw new TargetError('ERR_TARGET_URL', 'Not a http or https URL')
      refuseUserinfo(parsed)
      return parsed
    },
    includes: (url) => origins.includes(url.origin),
  }
}

/** What needs no base, and is read faster without one. */
const ABSOLUTE = /^https?:\/\//

/**
 * Whether a host is this machine: 127.0.0.0/8, ::1 or localhost.
 *
 * @param hostname as a `URL` has it, IPv6 in brackets
 * @example
 * import { isLoopback } from '@fluxauth/auth-core/client'
 *
 * isLoopback(new URL('http://[::1]:8086').hostname) // true
 * isLoopback(new URL('http://192.168.1.7:8086').hostname) // false
 */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(hostname)
}

function readOrigin(origin: string | { readonly href: string }, allowInsecure: boolean): string {
  const url = parseUrl(typeof origin === 'string' ? origin : origin?.href)
  if (!url || url.hostname.includes('*')) {
    throw new TargetError(
      'ERR_TARGET_ORIGIN',
      'An origin is written like https://localhost:8086, without wildcards',
    )
  }
  refuseUserinfo(url)
  if (url.href !== `${url.origin}/`) {
    throw new TargetError('ERR_TARGET_ORIGIN', `Give the origin alone, without path and query: ${url.origin}`)
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw new TargetError(
      'ERR_TARGET_INSECURE',
      'Plain http shows the credential to everyone on the way: use https, or allowInsecure for a network you trust',
    )
  }
  return url.origin
}

/** Reads a http or https URL; `undefined` for what is none. */
export function parseUrl(url: string, base?: string): URL | undefined {
  try {
    const parsed = new URL(url, base)
    if (/^https?:$/.test(parsed.protocol)) return parsed
  } catch {} // Not a URL at all.
  return undefined
}

function refuseUserinfo(url: URL): void {
  if (url.username || url.password) {
    throw new TargetError(
      'ERR_TARGET_USERINFO',
      'Take user name and password out of the URL: URLs end up in logs',
    )
  }
}
