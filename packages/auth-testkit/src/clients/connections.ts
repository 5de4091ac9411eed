// Connections, which are kept: an answer that nobody reads is let go of.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testWhen } from '../applicable.ts'
import { likelyBecause, until } from '../deadline.ts'
import { type ClientContext, rotating } from './context.ts'
import { ON_AND_ON, refusal, WITH_ITS_HEAD } from './expectations.ts'
import { NEXT_TOKEN, TOKEN } from './secrets.ts'

/** The tests of connections. */
export function testConnections(context: ClientContext): void {
  const { traits, followed, network, withClient, send, answered } = context

  test('keeps its connections, over refreshes and redirects as well', async () => {
    const stage = network().stage(({ path, headers }) => {
      if (headers.authorization !== `Token ${NEXT_TOKEN}`) return { status: 401, body: 'go away' }
      if (followed && !path.endsWith('there')) {
        return { status: 302, headers: { location: stage.url(network().home, 'there') }, body: 'over there' }
      }
      return { body: 'welcome' }
    })
    await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN) }, async (client) => {
      for (let i = 0; i < 10; i++) expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
    })
    expect(stage.visits.length).toBe(followed ? 21 : 11)
    const rule =
      'how many connections it took: an answer that nobody reads is read to its end where it is short, before the request is sent again (discard), so that its connection is free; only what is long, or takes long, is cut off, and its connection with it'
    // Node's fetch, left alone, takes turns between two: it reports the end of a body before it frees the connection.
    expect(new Set(stage.visits.map(({ connection }) => connection)).size, rule).toBeLessThanOrEqual(2)
  })

  test('keeps its connections where an answer that nobody reads comes piece by piece', async () => {
    async function* pieces() {
      yield 'not '
      await sleep(20)
      yield 'now'
    }
    const stage = network().stage((_, index) =>
      index % 2 === 0
        ? { status: 503, headers: { 'retry-after': '0' }, body: pieces() }
        : { body: 'welcome' },
    )
    await withClient({ retry: true }, async (client) => {
      for (let i = 0; i < 5; i++) expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
    })
    const rule =
      'how many connections it took: what comes to its end within a second is waited for, before the request is sent again'
    expect(new Set(stage.visits.map(({ connection }) => connection)).size, rule).toBeLessThanOrEqual(2)
  })

  const endless = {
    'does not end': async function* () {
      yield 'go away'
      await new Promise(() => undefined)
    },
    'has no end of bytes': async function* () {
      for (;;) yield 'go away '.repeat(1000)
    },
  }
  for (const [name, body] of Object.entries(endless)) {
    // Where answers are read before anybody looks at them, the client itself waits for their end.
    const looks = traits.streamsAnswers && !traits.readsRefusals
    testWhen(looks)(`waits for no answer that nobody reads and that ${name}`, async () => {
      const stage = network().stage(({ path, headers }) => {
        if (headers.authorization !== `Token ${NEXT_TOKEN}`) return { status: 401, body: body() }
        if (followed && !path.endsWith('there')) {
          return {
            status: 302,
            headers: { location: stage.url(network().home, 'there') },
            body: body(),
          }
        }
        return { body: 'welcome' }
      })
      await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN) }, async (client) => {
        const answer = await likelyBecause(send(client, stage), WITH_ITS_HEAD)
        expect(answer, ON_AND_ON).toEqual(answered(200, 'welcome'))
        await until(
          () => !stage.visits.some(({ isOpen }) => isOpen()),
          'The server still sends an answer that nobody reads',
          'Likely it is read on, for nobody: cut off what is long, or takes long.',
        )
      })
    })
  }

  test('fails where the server leaves HTTP, for which nobody asked', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    const stage = network().stage(() => ({ status: 101, headers }))
    await withClient({}, async (client) => {
      await likelyBecause(
        refusal(send(client, stage)),
        'Likely nothing listens for it: a request of Node’s http with no listener for "upgrade" says nothing of a 101.',
      )
    })
  })
}
