// The table of requests: what each product answers to each form of a credential.

import { describe, expect, test } from 'vitest'
import { expectAnswer, ME, type ServerContext } from './context.ts'
import { serverScenarios } from './requests/index.ts'

/** The tests of the table. */
export function testAnswers({ use, ask, visits }: ServerContext): void {
  describe('answers', () => {
    // A name like `$title` is cut off at forty characters.
    test.each(serverScenarios.map((scenario) => [scenario.title, scenario] as const))(
      '%s',
      async (_, scenario) => {
        const { verifier, answer, ...request } = scenario
        use(verifier)
        const what = `${request.method ?? 'GET'} ${request.path ?? ME}`
        expectAnswer(await ask(request), answer, what)
        const called = answer.status < 300 && request.path !== '/open' ? 1 : 0
        expect.soft(visits().length, `${what}: how often a guarded handler is called`).toBe(called)
      },
    )
  })
}
