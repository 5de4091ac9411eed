// Bodies of requests and answers: unchanged, as they come, and framed so that a server takes them for nothing else.

import { describe, expect, test } from 'vitest'
import { describeWhen, testWhen } from '../applicable.ts'
import { HangingError, inTime, likelyBecause } from '../deadline.ts'
import { accepts, type ClientContext, rotating } from './context.ts'
import { expectCode, refusal, WITH_ITS_HEAD } from './expectations.ts'
import { NEXT_TOKEN, TOKEN } from './secrets.ts'

const ONCE = 'since a stream is sent once: say replayable: false of what isStream() says so of'

const FRAMED =
  'the head says where the body ends, by Content-Length or Transfer-Encoding: Node’s http says neither by itself for GET, DELETE and OPTIONS'

/** The tests of bodies. */
export function testBodies({
  traits,
  methods,
  bodyMethod,
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
        expect(sent, 'whether the request was answered or refused').not.toBe('refused')
      })
      const [visit, ...others] = stage.visits
      expect(
        others.map(({ method, path }) => `${method} ${path}`),
        `what else the server was asked: ${FRAMED}`,
      ).toEqual([])
      if (method === 'GET') return
      expect([visit?.method, visit?.body], `what reached the server: ${FRAMED}`).toEqual([method, alone.body])
    })

    const big = '0123456789abcdef'.repeat(5 * 65_536)
    test.each([
      ['of five megabytes', big],
      ['of text beyond ASCII, in UTF-8,', 'zoë ß€ 北京 👩‍🚀'],
    ])('%s unchanged', async (_, text) => {
      const hasBody = bodyMethod !== 'GET'
      const stage = network().stage(({ body }) => ({ body: hasBody ? body : text }))
      const rule =
        'a text is sent, measured and read in UTF-8: its Content-Length is of bytes, not of characters'
      await withClient({}, async (client) => {
        const answer = await send(client, stage, { method: bodyMethod, ...(hasBody && { body: text }) })
        const whole = stage.visits[0]?.body === (hasBody ? text : '')
        expect(whole, `whether the body reached the server as it was: ${rule}`).toBe(true)
        const back = answer.text === answered(200, text).text
        expect([answer.status, back], `status, and whether the body came back as it was: ${rule}`).toEqual([
          200,
          true,
        ])
      })
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
