// The table of requests: what each product answers to each form of a credential.

import { describe, expect, test } from 'vitest'
import { expectAnswer, ME, type ServerContext } from './context.ts'
import { serverScenarios } from './requests/index.ts'

/** The tests of the table. */
export function testAnswers({ use, ask, visits }: ServerContext): void {
  describe('answers', () => {
    test.each(serverScenarios)('$title', async ({ verifier, answer, ...request }) => {
      use(verifier)
      const what = `${request.method ?? 'GET'} ${request.path ?? ME}`
      expectAnswer(await ask(request), answer, what)
      const called = answer.status < 300 && request.path !== '/open' ? 1 : 0
      expect.soft(visits().length, `${what}: how often a guarded handler is called`).toBe(called)
    })
  })
}
