// Tests that need a program which this machine may lack: skipped with a hint, but a failure in CI.

import { describe, expect, test } from 'vitest'
import { findPart, type RealPartName, realParts } from './parts.ts'

/**
 * Like vitest's `describe`, for tests that need real programs.
 *
 * Where one is missing the tests are skipped, and the suite's name says how to get it. With `CI=true` a missing program is a failure.
 *
 * @param title of the suite
 * @param parts the programs it needs
 * @param suite registers the tests
 * @example
 * import { encodeBasic } from '@fluxauth/auth-core'
 * import { describeReal, startNginx } from '@fluxauth/auth-testkit/real'
 * import { expect, onTestFinished, test } from 'vitest'
 *
 * describeReal('before a real nginx', ['nginx', 'htpasswd'], () => {
 *   test('Basic in UTF-8 is let in', async () => {
 *     const nginx = await startNginx({ username: 'zoë', password: 'open sesame' })
 *     onTestFinished(nginx.stop)
 *     const headers = { authorization: encodeBasic('zoë', 'open sesame') }
 *     expect((await fetch(nginx.url, { headers })).status).toBe(200)
 *   })
 * })
 */
export function describeReal(title: string, parts: readonly RealPartName[], suite: () => void): void {
  const missing = parts.filter((name) => findPart(name) === undefined)
  if (missing.length === 0) {
    describe(title, suite)
    return
  }
  const hints = missing.map((name) => `${realParts[name].title}: ${realParts[name].hint}`).join('; ')
  if (process.env.CI) {
    test(`${title} has what it needs`, () => expect.fail(`missing in CI: ${hints}`))
    return
  }
  describe.skipIf(true)(`${title} [needs ${hints}]`, suite)
}
