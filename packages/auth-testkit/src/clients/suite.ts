// The conformance suite for an adapter to an HTTP client: what it must do with a credential, on real sockets with real TLS.

import { describe } from 'vitest'
import { testAborts } from './aborts.ts'
import { testBodies } from './bodies.ts'
import { testConnections } from './connections.ts'
import { createContext } from './context.ts'
import type { ClientOptions, ClientTraits, ClientUnderTest } from './contract.ts'
import { testHeaders } from './headers.ts'
import { testKept } from './kept.ts'
import { testOptionChecks } from './option-checks.ts'
import { testRedirects } from './redirects.ts'
import { testRefusals } from './refusals.ts'
import { testSecrecy } from './secrecy.ts'

/**
 * Runs the conformance suite on an adapter, as vitest tests: the exact header for each scheme, every redirect scenario, refreshes,
 * aborts, streams, kept connections, and no credential in anything that the client's user can print.
 *
 * @param name of the client
 * @param traits what the client can do at all
 * @param create makes a client; the suite closes it
 * @see the README of this package, whose example runs it on undici's `fetch`
 */
export function testClient(
  name: string,
  traits: ClientTraits,
  create: (options: ClientOptions) => ClientUnderTest | Promise<ClientUnderTest>,
): void {
  describe(`the client ${name}`, { timeout: 30_000 }, () => {
    const context = createContext(traits, create)
    testHeaders(context)
    testRedirects(context)
    testOptionChecks(context)
    if (traits.keeps) testKept(context)
    testRefusals(context)
    if (traits.signals) testAborts(context)
    testBodies(context)
    testConnections(context)
    testSecrecy(context)
  })
}
