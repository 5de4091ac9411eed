// A server that refuses everything: whoever gives the credential is not asked anew for each request.

import type { Credentials } from '@fluxauth/auth-core'
import { expect, test, vi } from 'vitest'
import type { KeptContext } from './kept.ts'

/** The tests of refusals without end. */
export function testRefusals({ network, method, token, withClient }: Omit<KeptContext, 'traits'>): void {
  test('a credential that is refused and comes again is not asked about with each request', async () => {
    const stage = network().stage(() => ({ status: 401 }))
    const invalidate = vi.fn()
    const credentials = { get: async (): Promise<Credentials> => ({ scheme: 'token', token }), invalidate }
    await withClient({ credentials }, async (client) => {
      for (let i = 0; i < 5; i++) {
        const { status } = await client.request({
          url: stage.url(network().home),
          method,
          redirect: 'follow',
          headers: { 'x-scenario': stage.id },
          ...(method === 'GET' ? {} : { body: 'data' }),
        })
        expect(status).toBe(401)
      }
    })
    expect(stage.visits).toHaveLength(5)
    expect(invalidate).toHaveBeenCalledTimes(1)
  })
}
