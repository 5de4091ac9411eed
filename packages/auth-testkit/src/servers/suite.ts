// The conformance suite for an adapter to a web framework: whom a server lets in, how it refuses others, on real sockets.

import { describe } from 'vitest'
import { testAnswers } from './answers.ts'
import { testAttacks } from './attacks.ts'
import { testConnections } from './connections.ts'
import { createContext } from './context.ts'
import type { ServerOptions, ServerTraits, ServerUnderTest } from './contract.ts'
import { testCors } from './cors.ts'
import { testLimits } from './limits.ts'
import { testNothingOut } from './nothing-out.ts'
import { testSignIn } from './sign-in.ts'

/**
 * Runs the conformance suite on a server, as vitest tests: every request of the table for every product, signing in and out, limits, a
 * store that fails, kept, pipelined and broken connections, streams, and no secret in any answer or event.
 *
 * @param name of the framework
 * @param traits what the server can do at all
 * @param create starts a server; the suite closes it
 * @see the README of this package, whose example has all routes
 */
export function testServer(
  name: string,
  traits: ServerTraits,
  create: (options: ServerOptions) => ServerUnderTest | Promise<ServerUnderTest>,
): void {
  describe(`the server ${name}`, { timeout: 30_000 }, () => {
    const context = createContext(traits, create)
    testAnswers(context)
    testSignIn(context)
    testCors(context)
    testLimits(context)
    testNothingOut(context)
    if (context.traits.sockets) {
      testConnections(context)
      testAttacks(context)
    }
  })
}
