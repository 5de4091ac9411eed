// The header that a client sends: for each scheme, from whom, and where to.

import { formatAuthorization } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { describeWhen, testWhen } from '../applicable.ts'
import { HangingError } from '../deadline.ts'
import type { ClientContext } from './context.ts'
import { expectCode, ON_AND_ON, refusal } from './expectations.ts'
import type { Stage } from './network.ts'
import { NEXT_TOKEN, SCHEMES, showsNoSecret, TOKEN } from './secrets.ts'

/** The tests of the header. */
export function testHeaders({
  traits,
  methods,
  bodyMethod,
  followed,
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
      expect(
        stage.visits.map(({ method, body }) => [method, body]),
        'the method and the body of each request that reached the server',
      ).toEqual(methods.map((method) => [method, method === 'GET' ? '' : 'data']))
      for (const { headers } of stage.visits) {
        expect(headers).toMatchObject({ 'x-mine': '1', authorization: `Token ${TOKEN}` })
      }
    })

    test('to its server, however the caller spells its name', async () => {
      const { home } = network()
      const stage = network().stage(() => ({}))
      await withClient({}, async (client) => {
        const url = stage.url(home.replace('https://influx', 'HTTPS://INFLUX'))
        await send(client, stage, { url })
      })
      expect(
        stage.visits[0]?.headers.authorization,
        `the request is to ${home}, spelt otherwise: compare origins, not texts, as resolve() of authorizer.target has them`,
      ).toBe(`Token ${TOKEN}`)
    })

    test('to this machine without TLS', async () => {
      const stage = network().stage(() => ({}))
      await withClient({ origin: network().loopback }, async (client) => {
        await send(client, stage, { url: stage.url(network().loopback) })
      })
      expect(stage.visits[0]?.headers.authorization).toBe(`Token ${TOKEN}`)
    })

    test('to nobody else, though the caller asks somebody else', async () => {
      const { home, otherPort, plain, at } = network()
      const others = [at('other.test'), at('eu.influx.test'), otherPort, plain]
      for (const origin of others) {
        const stage = network().stage(() => ({}))
        await withClient({}, async (client) => {
          await send(client, stage, { url: stage.url(origin) }).catch((error) => {
            if (error instanceof HangingError) throw error
            showsNoSecret(error, 'error', `The request to ${origin}`)
          })
        })
        for (const visit of stage.visits.filter(({ origin }) => origin !== home)) {
          expect
            .soft(
              Object.keys(visit.headers),
              `${visit.method} ${visit.origin}: carries no authorization, which is for ${home}: ask the authorizer with the URL that is sent to`,
            )
            .not.toContain('authorization')
        }
      }
    })

    test('of the client that sends, and not of another that there is', async () => {
      const stages = [TOKEN, NEXT_TOKEN].map((token) => ({ token, stage: network().stage(() => ({})) }))
      await withClient({ credentials: TOKEN }, (first) =>
        withClient({ credentials: NEXT_TOKEN }, async (second) => {
          const [one, other] = [first, second].map(
            (client, i) => () => send(client, stages[i]?.stage as Stage),
          )
          for (const both of [0, 1, 2]) await (both === 1 ? other?.() : one?.())
          await Promise.all([one?.(), other?.(), one?.(), other?.()])
        }),
      )
      for (const { token, stage } of stages) {
        expect(
          stage.visits.map(({ headers }) => headers.authorization),
          'each client sends its own credential: nothing may be kept outside of what makes a client',
        ).toEqual(stage.visits.map(() => `Token ${token}`))
      }
    })

    test('with the request that it is for, among many at once', async () => {
      const stages = Array.from({ length: 12 }, (_, number) => {
        const stage: Stage = network().stage(async (_, index) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
          if (number % 3 === 1 && index === 0) return { status: 503, headers: { 'retry-after': '0' } }
          if (number % 3 === 2 && index === 0 && followed)
            return { status: 307, headers: { location: '?next' } }
          return { body: `for ${number}` }
        })
        return stage
      })
      const credentials = async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
        return TOKEN
      }
      const kept = 'nothing of a request may be kept where the next one finds it'
      const busy = `a 503 that says when to come back, and a redirect, are no last answers: ${ON_AND_ON}`
      await withClient({ credentials, retry: true }, async (client) => {
        const answers = await Promise.all(
          stages.map((stage, number) =>
            send(client, stage, {
              method: bodyMethod,
              ...(bodyMethod === 'GET' ? {} : { body: `body ${number}` }),
              headers: { 'x-mine': `${number}` },
            }),
          ),
        )
        expect(
          answers.map(({ status }) => status),
          busy,
        ).toEqual(stages.map(() => 200))
        expect(answers, `each request has its own answer: ${kept}`).toEqual(
          stages.map((_, number) => answered(200, `for ${number}`)),
        )
      })
      for (const [number, { visits }] of stages.entries()) {
        expect(visits.length, `how many requests reach the server for one: ${kept}`).toBe(
          number % 3 === 0 || (number % 3 === 2 && !followed) ? 1 : 2,
        )
        for (const { headers, body } of visits) {
          expect([headers['x-mine'], headers.authorization, body], kept).toEqual([
            `${number}`,
            `Token ${TOKEN}`,
            bodyMethod === 'GET' ? '' : `body ${number}`,
          ])
        }
      }
    })

    describeWhen(ownHeaders)('of the caller instead, where there is one', () => {
      test.each(['Authorization', 'authorization', 'AUTHORIZATION'])('by the name %s', async (name) => {
        const stage = network().stage(() => ({ status: 401 }))
        await withClient({}, async (client) => {
          await send(client, stage, { headers: { [name]: 'Token mine' } })
        })
        const [visit, ...others] = stage.visits
        expect(visit?.headers.authorization, 'the caller’s header is left as it is').toBe('Token mine')
        expect(visit?.credentials, 'how many Authorization fields the request has').toBe(1)
        expect(others, 'a 401 to a credential that is not ours is the answer').toEqual([])
      })
    })

    testWhen(ownHeaders)('of nobody, where the caller has one and must not', async () => {
      const stage = network().stage(() => ({}))
      await withClient({ onExisting: 'error' }, async (client) => {
        const error = await refusal(send(client, stage, { headers: { authorization: 'Token mine' } }))
        expectCode(error, 'ERR_TARGET_EXISTING')
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
          expectCode(await refusal(send(client, stage)), 'ERR_TARGET_EXISTING')
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
          const url = stage.url(network().home).replace('://', '://joe:h1dden@')
          const why = 'since its URL holds a password: read it with the resolve() of authorizer.target'
          expectCode(await refusal(send(client, stage, { url }), why), 'ERR_TARGET_USERINFO')
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
      const rule = 'the provider is asked for each request: nothing that it gave is kept'
      expect(
        stage.visits.map(({ headers }) => headers.authorization),
        rule,
      ).toEqual(['Token one', 'Token two', 'Token three'])
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
