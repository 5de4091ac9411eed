// What the client suite expects of errors and requests, with what would be right in each message.

import { inspect, isDeepStrictEqual } from 'node:util'
import { AuthError } from '@fluxauth/auth-core'
import { expect } from 'vitest'
import { HangingError } from '../deadline.ts'
import { showsNoSecret } from './secrets.ts'

/** What is likely where an answer is awaited whose body has no end. */
export const WITH_ITS_HEAD =
  'Likely the answer is handed over when its body is all there: by the trait streamsAnswers it is there with its head. Hand over the stream, and let go of an answer that is not the last one.'

/** How to send again, for a test that gets the answer at which a request should have gone on. */
export const ON_AND_ON =
  'ask exchange.again() after each answer whose status isDeciding() names, hand it the headers of the answer, and send again while it says so'

/** Why an observer is not told all. */
export const TOLD = 'what onEvent is told: hand all options on to createAuthorizer'

/** Fails where neither an error nor any of its causes is ours with this code. */
export function expectCode(error: unknown, code: string): void {
  const rule = `${error}: it is, or has as its cause, our error ${code}: hand on what startExchange and exchange.again throw`
  expect(codeOf(error), rule).toBe(code)
}

/**
 * What a request is refused with; no error may show a credential.
 *
 * @param why it has to be refused, where the test's name does not say so
 */
export async function refusal(
  promise: Promise<unknown>,
  why = 'as the name of this test says',
): Promise<Error & { code?: string }> {
  const error = await promise.then(
    (answer) => expect.fail(`The request had to be refused, ${why}, and was answered: ${inspect(answer)}`),
    (reason) => reason,
  )
  if (error instanceof HangingError) throw error
  showsNoSecret(error, 'error', 'The request that was refused')
  expect(error, 'what a request is refused with must be an Error').toBeInstanceOf(Error)
  return error
}

/** The code of our error, which a client may have wrapped. */
function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (AuthError.is(cause)) return cause.code
  }
  return undefined
}

/** What of a value is not as it was, by its path; the values themselves may be credentials. */
export function listChanges(before: object, after: object): string[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [old, now] = [was.get(name), is.get(name)]
    if (isDeepStrictEqual(old, now)) return []
    if (old === undefined) return [`${name} is new`]
    if (now === undefined) return [`${name} is gone`]
    if (typeof old !== 'object' || typeof now !== 'object') return [`${name} is another`]
    return listChanges(old, now).map((change) => `${name}.${change}`)
  })
}
