// How many failed attempts are let through, and under which names they are counted.

import { hash } from 'node:crypto'
import {
  type Attempt,
  allowed,
  canonicalAddress,
  networksOf,
  type OptionRule,
  type OptionRules,
} from '@fluxauth/auth-core/server'

/** How many attempts to let through. */
export interface AttemptLimits {
  /** Failed attempts on one user: by the id, or a name that nobody has. Default 10. */
  readonly user?: number | undefined
  /** Failed attempts from one address, with passwords and with tokens each; IPv6 counts by its /64. Default 100. */
  readonly address?: number | undefined
  /** Failed attempts from an IPv6 /48, which one customer may have whole. Default ten times `address`. */
  readonly network?: number | undefined
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
  network: allowed.whole(1),
  pair: allowed.whole(1),
  seconds: allowed.whole(1, Math.floor(allowed.LONGEST_TIMER / 1000)),
  rememberSeconds: allowed.whole(1, allowed.HUNDRED_YEARS),
}

/** What `timeout` of a store may be, in milliseconds. */
export const timeoutRule: OptionRule = allowed.number(1, allowed.LONGEST_TIMER)

/** Puts in what was left out. */
export function completeLimits(limits: AttemptLimits = Object.create(null)): CompleteLimits {
  const { user = 10, address = 100, network = 10 * address, pair = 10 } = limits
  const { seconds = 900, rememberSeconds = 30 * 86_400 } = limits
  return { user, address, network, pair, seconds, rememberSeconds }
}

/** The names that an attempt is counted under: hashes, since people type passwords into the wrong field. */
export interface AttemptKeys {
  readonly user: string | undefined
  readonly address: string | undefined
  /** The wider network that an IPv6 address is in. */
  readonly network: string | undefined
  /** With a user and an address alone. */
  readonly pair: string | undefined
}

/** Under which names an attempt is counted. */
export function keysOf({ user, address, kind = 'password' }: Attempt): AttemptKeys {
  // Where user names are found in any case, each way to write one must not be a limit of its own.
  const name = user?.normalize('NFKC').toLowerCase()
  const [narrow, wide] = address === undefined ? [] : networks(address)
  const from = kind === 'token' ? 'token' : 'address'
  return {
    user: name === undefined ? undefined : key('user', name),
    address: narrow === undefined ? undefined : key(from, narrow),
    network: wide === undefined ? undefined : key(from, wide),
    pair:
      name === undefined || narrow === undefined || narrow === NOWHERE
        ? undefined
        : key('pair', `${narrow} ${name}`),
  }
}

/** What is no address: a socket's path, what a proxy writes in its place. Each such text must not be a limit of its own, nor a known place. */
const NOWHERE = 'nowhere'

function networks(address: string): ReturnType<typeof networksOf> {
  const canonical = canonicalAddress(address)
  return canonical === undefined ? [NOWHERE] : networksOf(canonical)
}

function key(kind: string, text: string): string {
  return hash('sha256', `${kind} ${text}`, 'base64url')
}
