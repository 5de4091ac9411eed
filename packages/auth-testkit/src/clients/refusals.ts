// What a server refuses: whom the credential is asked from anew, how often, and what is sent again.

import { inspect } from 'node:util'
import type { Credentials } from '@fluxauth/auth-core'
import { describe, expect, test, vi } from 'vitest'
import { inTime } from '../deadline.ts'
import { accepts, type ClientContext, readAll, rotating } from './context.ts'
import { listChanges, ON_AND_ON, refusal } from './expectations.ts'
import { NEXT_TOKEN, TOKEN } from './secrets.ts'

const CLIENTS_OWN =
  'how many requests there are: the client itself sends nothing again; switch off what it has for that'

/** The tests of refusals. */
export function testRefusals({
  methods,
  ownHeaders,
  network,
  withClient,
  toRequest,
  begin,
  send,
  answered,
}: ClientContext): void {
  describe('meets a refusal:', () => {
    test('a 401 asks the provider anew and repeats the request once', async () => {
      const stage = network().stage(accepts(NEXT_TOKEN))
      const provider = rotating(TOKEN, NEXT_TOKEN)
      await withClient({ credentials: provider }, async (client) => {
        expect(await send(client, stage), ON_AND_ON).toEqual(answered(200, 'welcome'))
      })
      expect(
        stage.visits.map(({ headers }) => headers.authorization),
        'the credential of each request: send the headers that the exchange has changed',
      ).toEqual([`Token ${TOKEN}`, `Token ${NEXT_TOKEN}`])
      expect(provider.invalidated).toEqual([{ scheme: 'token', token: TOKEN }])
    })

    test.each(methods)('what is sent again is the request as it was, with %s', async (method) => {
      const accept = accepts(NEXT_TOKEN)
      const stage = network().stage((visit, index) =>
        index === 1 ? { status: 503, headers: { 'retry-after': '0' } } : accept(visit, index),
      )
      const headers = ownHeaders ? { 'x-mine': '1', 'content-type': 'text/csv' } : {}
      await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN), retry: true }, async (client) => {
        const url = stage.url(network().home, 'path?q=1')
        const answer = await send(client, stage, { method, url, headers })
        const read = stage.visits.length === 0 || answer.status === 400
        const hint = read ? 'the server cannot read it: does its head say where the body ends?' : ON_AND_ON
        expect(answer, hint).toEqual(answered(200, 'welcome'))
      })
      const parts = stage.visits.map(({ method, path, body, headers: { authorization: _, ...headers } }) => ({
        ...{ method, path, body, headers },
      }))
      expect(parts[0]).toMatchObject({ method, body: method === 'GET' ? '' : 'data', headers })
      for (const [index, after] of [401, 503].entries()) {
        const changes = listChanges(parts[0] ?? {}, parts[index + 1] ?? {})
        const rule = 'all but the credential is as it was'
        expect.soft(changes, `sent again after a ${after}: ${changes.join(', ')}: ${rule}`).toEqual([])
      }
      expect(parts).toHaveLength(3)
    })

    test('a 401 is the answer when the provider has nothing better', async () => {
      const stage = network().stage(accepts('another'))
      await withClient({}, async (client) => {
        expect(await send(client, stage)).toEqual(answered(401, 'go away'))
      })
      expect(stage.visits.length, CLIENTS_OWN).toBe(1)
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
        const request = toRequest(stage, { url: stage.url(network().loopback) })
        const all = Array.from({ length: 1000 }, async () => {
          const { status, body } = await client.request(request)
          if (typeof body !== 'string') await readAll(body)
          return status
        })
        const answers = await inTime(
          Promise.all(all),
          () =>
            `A thousand requests, of which ${stage.visits.length} reached the server, were not all answered`,
          'Likely what waits for the one refresh is not let go of when it is there.',
          25_000,
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
      expect(stage.visits.length, CLIENTS_OWN).toBe(1)
      expect(provider.invalidated).toEqual([])
    })

    test.each([429, 503])('a %d is waited for when it says how long', async (status) => {
      const stage = network().stage((_, index) =>
        index === 0 ? { status, headers: { 'retry-after': '0' } } : { body: 'welcome' },
      )
      await withClient({ retry: true }, async (client) => {
        expect(await send(client, stage), ON_AND_ON).toEqual(answered(200, 'welcome'))
      })
      expect(
        stage.visits.map(({ headers }) => headers.authorization),
        'the credential of each request: send the headers that the exchange has changed',
      ).toEqual([`Token ${TOKEN}`, `Token ${TOKEN}`])
    })

    test('a 503 is the answer when it asks for too long a wait', async () => {
      const stage = network().stage(() => ({ status: 503, headers: { 'retry-after': '6' } }))
      await withClient({ retry: { maxDelay: 5 } }, async (client) => {
        expect((await send(client, stage)).status).toBe(503)
      })
      expect(stage.visits.length, CLIENTS_OWN).toBe(1)
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
        // Nobody reads the answers, either.
        expect((await begin(client, stage)).status).toBe(401)
      }
    })
    expect(stage.visits).toHaveLength(5)
    expect(invalidate).toHaveBeenCalledTimes(1)
  })
}
