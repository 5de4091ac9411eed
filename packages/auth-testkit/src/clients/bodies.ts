// Bodies of requests and answers: unchanged, as they come, and framed so that a server takes them for nothing else.

import { describe, expect, test } from 'vitest'
import { describeWhen, testWhen } from '../applicable.ts'
import { HangingError, inTime, likelyBecause } from '../deadline.ts'
import { accepts, type ClientContext, rotating } from './context.ts'
import { expectCode, refusal, WITH_ITS_HEAD } from './expectations.ts'
import { NEXT_TOKEN, TOKEN } from './secrets.ts'

const ONCE = 'since a stream is sent once: say replayable: false of what isStream() says so of'

/** The tests of bodies. */
export function testBodies({
  traits,
  methods,
  method,
  followed,
  network,
  withClient,
  begin,
  send,
  answered,
}: ClientContext): void {
  describe('carries bodies', () => {
    const smuggled = 'GET /admin HTTP/1.1\r\nHost: influx.test\r\n\r\n'

    test.each(methods)('that a server cannot take for the next request, with %s', async (method) => {
      const stage = network().stage(() => ({ body: 'welcome' }))
      const alone = { method, body: smuggled.replace('/admin', `/${stage.id}/admin`) }
      await withClient({}, async (client) => {
        // A client may refuse a GET that has a body.
        const sent = await send(client, stage, alone).then(Boolean, (error) => {
          if (error instanceof HangingError) throw error
          return method !== 'GET' && 'refused'
        })
        expect(sent).not.toBe('refused')
      })
      const [visit, ...others] = stage.visits
      expect(others).toEqual([])
      if (method !== 'GET') expect(visit).toMatchObject({ method, body: alone.body })
    })

    test('of five megabytes, unchanged', async () => {
      const big = '0123456789abcdef'.repeat(5 * 65_536)
      const stage = network().stage(({ body }) => ({ body: method === 'GET' ? big : body }))
      await withClient({}, async (client) => {
        const { text } = await send(client, stage, method === 'GET' ? {} : { body: big })
        expect(text === answered(200, big).text).toBe(true)
      })
      expect(stage.visits[0]?.body).toBe(method === 'GET' ? '' : big)
    })

    testWhen(traits.streamsAnswers)('as they come', async () => {
      let release: () => void = () => undefined
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      async function* inTwo() {
        yield 'first'
        await released
        yield 'second'
      }
      const stage = network().stage(() => ({ body: inTwo() }))
      await withClient({}, async (client) => {
        const { body } = await likelyBecause(begin(client, stage), WITH_ITS_HEAD)
        let text = ''
        const read = async () => {
          for await (const chunk of body) {
            text += Buffer.from(chunk as Uint8Array).toString()
            if (text === 'first') release()
          }
        }
        await inTime(
          read(),
          () => `Of an answer in two parts came ${JSON.stringify(text)}, and no end,`,
          'Likely the adapter reads the whole before it hands over any of it.',
        )
        expect(text).toBe('firstsecond')
      })
    })

    describeWhen(traits.streamsRequests)('that are streams', () => {
      const parts = async function* () {
        yield Buffer.from('one, ')
        yield Buffer.from('two')
      }

      test.each(methods.filter((method) => method !== 'GET'))('to the server, with %s', async (method) => {
        const stage = network().stage(() => ({}))
        await withClient({}, (client) => send(client, stage, { method, body: parts() }).then(() => undefined))
        expect(stage.visits).toMatchObject([
          { method, body: 'one, two', headers: { authorization: `Token ${TOKEN}` } },
        ])
      })

      test('not a second time after a 401', async () => {
        const stage = network().stage(accepts(NEXT_TOKEN))
        await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN) }, async (client) => {
          const { status } = await send(client, stage, { method: 'POST', body: parts() })
          expect(status, ONCE).toBe(401)
        })
        expect(stage.visits.length, ONCE).toBe(1)
      })

      testWhen(followed)('not a second time after a 307, but a 303 needs none', async () => {
        const stage = network().stage(({ method }, index) =>
          method === 'POST'
            ? { status: index === 0 ? 307 : 303, headers: { location: stage.url(network().home) } }
            : { body: 'welcome' },
        )
        await withClient({}, async (client) => {
          const error = await refusal(send(client, stage, { method: 'POST', body: parts() }), ONCE)
          expectCode(error, 'ERR_REDIRECT_BODY')
          const request = { method: 'POST', body: parts() } as const
          expect(await send(client, stage, request)).toEqual(answered(200, 'welcome'))
        })
        expect(stage.visits.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
      })
    })
  })
}
