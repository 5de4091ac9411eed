// The header that a client sends: for each scheme, from whom, and where to.

import { formatAuthorization } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { describeWhen, testWhen } from '../applicable.ts'
import { type ClientContext, codeOf, refusal, SCHEMES, TOKEN } from './context.ts'

/** The tests of the header. */
export function testHeaders({
  traits,
  methods,
  ownHeaders,
  network,
  withClient,
  send,
  answered,
}: ClientContext): void {
  describe('sends the header', () => {
    test.each(SCHEMES)('exactly, for the scheme $scheme', async (credentials) => {
      const stage = network().stage(() => ({ body: 'welcome' }))
      await withClient({ credentials }, async (client) => {
        expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
      })
      const reached = 'the request that reached the server'
      expect.soft(stage.visits.length, 'how many requests reach the server').toBe(1)
      expect
        .soft(stage.visits[0]?.headers.authorization, `Authorization of ${reached}`)
        .toBe(formatAuthorization(credentials))
      expect.soft(stage.visits[0]?.credentials, `how many Authorization fields ${reached} has`).toBe(1)
    })

    test('beside what the caller sends', async () => {
      const stage = network().stage(() => ({}))
      await withClient({}, async (client) => {
        for (const method of methods) {
          const body = method === 'GET' ? {} : { body: 'data' }
          await send(client, stage, { method, ...body, headers: { 'x-mine': '1' } })
        }
      })
      expect(stage.visits.map(({ method, body }) => [method, body])).toEqual(
        methods.map((method) => [method, method === 'GET' ? '' : 'data']),
      )
      for (const { headers } of stage.visits) {
        expect(headers).toMatchObject({ 'x-mine': '1', authorization: `Token ${TOKEN}` })
      }
    })

    test('to this machine without TLS', async () => {
      const stage = network().stage(() => ({}))
      await withClient({ origin: network().loopback }, async (client) => {
        await send(client, stage, { url: stage.url(network().loopback) })
      })
      expect(stage.visits[0]?.headers.authorization).toBe(`Token ${TOKEN}`)
    })

    testWhen(ownHeaders)('of the caller instead, where there is one', async () => {
      const stage = network().stage(() => ({ status: 401 }))
      await withClient({}, async (client) => {
        await send(client, stage, { headers: { Authorization: 'Token mine' } })
      })
      expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(['Token mine'])
    })

    testWhen(ownHeaders)('of nobody, where the caller has one and must not', async () => {
      const stage = network().stage(() => ({}))
      await withClient({ onExisting: 'error' }, async (client) => {
        const error = await refusal(send(client, stage, { headers: { authorization: 'Token mine' } }))
        expect(codeOf(error)).toBe('ERR_TARGET_EXISTING')
      })
      expect(stage.visits).toEqual([])
    })

    describeWhen(traits.headersOfClient)('that the client is made with instead', () => {
      const headers = { Authorization: 'Token of-the-client', 'x-client': '1' }

      test('where there is one', async () => {
        const stage = network().stage(() => ({ status: 401 }))
        await withClient({ headers }, async (client) => {
          expect((await send(client, stage)).status).toBe(401)
        })
        expect(stage.visits).toMatchObject([
          { credentials: 1, headers: { authorization: 'Token of-the-client', 'x-client': '1' } },
        ])
      })

      test('nor anything, where there must be none', async () => {
        const stage = network().stage(() => ({}))
        await withClient({ headers, onExisting: 'error' }, async (client) => {
          expect(codeOf(await refusal(send(client, stage)))).toBe('ERR_TARGET_EXISTING')
        })
        expect(stage.visits).toEqual([])
      })

      testWhen(ownHeaders)('unless the request has its own, in whatever spelling', async () => {
        const stage = network().stage(() => ({}))
        await withClient({ headers }, async (client) => {
          await send(client, stage, { headers: { authorization: 'Token mine' } })
        })
        expect(stage.visits).toMatchObject([
          { credentials: 1, headers: { authorization: 'Token mine', 'x-client': '1' } },
        ])
      })
    })

    testWhen(traits.seesUserinfo ?? true)(
      'not at all, where the URL holds a user name and password',
      async () => {
        const stage = network().stage(() => ({}))
        await withClient({}, async (client) => {
          const url = stage.url(network().home).replace('://', '://joe:s3cret@')
          expect(codeOf(await refusal(send(client, stage, { url })))).toBe('ERR_TARGET_USERINFO')
        })
        expect(stage.visits).toEqual([])
      },
    )

    test('as the provider has it at that moment', async () => {
      const tokens = ['one', 'two', 'three']
      const stage = network().stage(() => ({}))
      await withClient({ credentials: async () => tokens.shift() ?? '' }, async (client) => {
        for (let i = 0; i < 3; i++) await send(client, stage)
      })
      expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
        'Token one',
        'Token two',
        'Token three',
      ])
    })

    test('not at all, where the provider fails', async () => {
      const stage = network().stage(() => ({}))
      const failing = () => {
        throw new RangeError('no such profile')
      }
      await withClient({ credentials: failing }, async (client) => {
        expect(`${await refusal(send(client, stage))}`).toContain('no such profile')
      })
      expect(stage.visits).toEqual([])
    })
  })
}
