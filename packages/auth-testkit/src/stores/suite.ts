// The conformance suite for a store of tokens, sessions and attempts.

import type { Awaitable } from '@fluxauth/auth-core/server'
import { describe } from 'vitest'
import { watchSecrets } from '../output.ts'
import { testAttempts } from './attempts.ts'
import { testClocks } from './clocks.ts'
import { testCopies } from './copies.ts'
import { testLosses } from './losses.ts'
import { testSecrecy } from './secrecy.ts'
import { sessionOf, testSessions } from './sessions.ts'
import { type StoreOptions, type StoreTraits, type StoreUnderTest, storesOf } from './subject.ts'
import { testTokens, tokenOf } from './tokens.ts'

/**
 * Runs the conformance suite on a store, as vitest tests: what is kept comes back as it was, one of many that do the same at once wins,
 * what was deleted stays so, attempts are limited however many come at once, two who opened the store see each other's writes, no secret
 * is kept, and with lost answers every call ends in time, and nothing is good that nobody was told of.
 *
 * @param name of the store
 * @param traits what the store can do at all
 * @param create makes a new place in which nothing is kept, with the limits that it is told
 * @see the README of this package, whose example runs it on a store in memory
 */
export function testStore(
  name: string,
  traits: StoreTraits,
  create: (options: StoreOptions) => Awaitable<StoreUnderTest>,
): void {
  describe(`the store ${name}`, { timeout: 30_000 }, () => {
    const { shared = false, attempts = true } = traits
    const withStore = storesOf(traits, create)
    const kept = {
      'a token’s hash': tokenOf(0).hash.slice(0, 30),
      'a session’s id': sessionOf(0).id.slice(0, 30),
    }
    watchSecrets(
      kept,
      'what the console and the standard streams show: print nothing that a store is asked with',
    )
    testTokens(withStore, shared)
    testSessions(withStore, shared)
    if (attempts) testAttempts(withStore, shared)
    testSecrecy(withStore, traits)
    testCopies(withStore)
    if (traits.ownClock) testClocks(withStore)
    const impatient = storesOf(traits, (options) => create({ ...options, timeout: 300 }))
    if (traits.network) testLosses(impatient, attempts)
  })
}
