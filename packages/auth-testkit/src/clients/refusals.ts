// What a server refuses: whom the credential is asked from anew, how often, and what is sent again.

import { inspect } from 'node:util'
import type { Credentials } from '@fluxauth/auth-core'
import { describe, expect, test, vi } from 'vitest'
import { accepts, type ClientContext, NEXT_TOKEN, readAll, refusal, rotating, TOKEN } from './context.ts'

/** The tests of refusals. */
export function testRefusals({ method, network, withClient, send, answered }: ClientContext): void {
  describe('meets a refusal:', () => {
    test('a 401 asks the provider anew and repeats the request once', async () => {
      const stage = network().stage(accepts(NEXT_TOKEN))
      const provider = rotating(TOKEN, NEXT_TOKEN)
      await withClient({ credentials: provider }, async (client) => {
        expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
      })
      expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
        `Token ${TOKEN}`,
        `Token ${NEXT_TOKEN}`,
      ])
      expect(stage.visits[1]?.body).toBe(stage.visits[0]?.body)
      expect(provider.invalidated).toEqual([{ scheme: 'token', token: TOKEN }])
    })

    test('a 401 is the answer when the provider has nothing better', async () => {
      const stage = network().stage(accepts('another'))
      await withClient({}, async (client) => {
        expect(await send(client, stage)).toEqual(answered(401, 'go away'))
      })
      expect(stage.visits).toHaveLength(1)
    })

    test('a 401 is the answer when the next credential is refused as well', async () => {
      const stage = network().stage(accepts('third'))
      await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN, 'third') }, async (client) => {
        expect((await send(client, stage)).status).toBe(401)
      })
      expect(stage.visits).toHaveLength(2)
    })

    test('a 401 ends in what the provider says, when it fails; the next request asks it again', async () => {
      let asked = 0
      const credentials = () => {
        if (asked++ === 1) throw new RangeError('the vault is sealed')
        return asked === 1 ? TOKEN : NEXT_TOKEN
      }
      const stage = network().stage(accepts(NEXT_TOKEN))
      await withClient({ credentials }, async (client) => {
        expect(inspect(await refusal(send(client, stage)))).toContain('the vault is sealed')
        expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
      })
      expect(stage.visits).toHaveLength(2)
    })

    test('a thousand 401s at once cause exactly one refresh', async () => {
      const stage = network().stage(accepts(NEXT_TOKEN))
      const provider = rotating(TOKEN, NEXT_TOKEN, 'too new')
      await withClient({ origin: network().loopback, credentials: provider }, async (client) => {
        const url = stage.url(network().loopback)
        const answers = await Promise.all(
          Array.from({ length: 1000 }, () =>
            client
              .request({
                url,
                method,
                redirect: 'follow',
                headers: { 'x-scenario': stage.id },
                ...(method === 'GET' ? {} : { body: 'data' }),
              })
              .then(async ({ status, body }) => {
                if (typeof body !== 'string') await readAll(body)
                return status
              }),
          ),
        )
        expect(new Set(answers)).toEqual(new Set([200]))
      })
      expect(provider.invalidated).toHaveLength(1)
    })

    test('a 403 is never repeated', async () => {
      const stage = network().stage(() => ({ status: 403 }))
      const provider = rotating(TOKEN, NEXT_TOKEN)
      await withClient({ credentials: provider }, async (client) => {
        expect((await send(client, stage)).status).toBe(403)
      })
      expect(stage.visits).toHaveLength(1)
      expect(provider.invalidated).toEqual([])
    })

    test.each([429, 503])('a %d is waited for when it says how long', async (status) => {
      const stage = network().stage((_, index) =>
        index === 0 ? { status, headers: { 'retry-after': '0' } } : { body: 'welcome' },
      )
      await withClient({ retry: true }, async (client) => {
        expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
      })
      expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
        `Token ${TOKEN}`,
        `Token ${TOKEN}`,
      ])
    })

    test('a 503 is the answer when it asks for too long a wait', async () => {
      const stage = network().stage(() => ({ status: 503, headers: { 'retry-after': '6' } }))
      await withClient({ retry: { maxDelay: 5 } }, async (client) => {
        expect((await send(client, stage)).status).toBe(503)
      })
      expect(stage.visits).toHaveLength(1)
    })
  })

  test('a credential that is refused and comes again is not asked about with each request', async () => {
    const stage = network().stage(() => ({ status: 401 }))
    const invalidate = vi.fn()
    const credentials = {
      get: async (): Promise<Credentials> => ({ scheme: 'token', token: TOKEN }),
      invalidate,
    }
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
