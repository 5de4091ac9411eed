// What a client gives its user, errors and events as well: no credential shows in it.

import type { AuthEvent } from '@fluxauth/auth-core/client'
import { describe, expect, test } from 'vitest'
import { accepts, type ClientContext, rotating } from './context.ts'
import { refusal, TOLD } from './expectations.ts'
import { NEXT_TOKEN, SCHEMES, showsNoSecret, TOKEN } from './secrets.ts'

/** The tests of secrecy. */
export function testSecrecy({ network, withClient, send, answered }: ClientContext): void {
  describe('shows the credential to nobody', () => {
    test.each(SCHEMES)('in errors and answers, with the scheme $scheme', async (credentials) => {
      const stage = network().stage((_, index) => ({ status: [200, 401, 403, 404, 500][index] ?? 200 }))
      const lost = network().stage(() => Promise.reject(new Error('the server hangs up')))
      await withClient({ credentials }, async (client) => {
        for (let i = 0; i < 5; i++) await send(client, stage)
        await refusal(send(client, lost))
      })
      const own =
        'how many requests there are where the server hangs up: the client itself sends nothing again'
      expect.soft(lost.visits.length, `${own}; switch off what it has for that`).toBe(1)
      await withClient({ credentials, ca: undefined }, (client) =>
        refusal(send(client, stage), 'since nobody vouches for the server’s certificate').then(
          () => undefined,
        ),
      )
      await withClient({ credentials, origin: network().nowhere }, (client) =>
        refusal(send(client, stage, { url: stage.url(network().nowhere) }), 'since no server is there').then(
          () => undefined,
        ),
      )
    })

    test('in what the client’s user has in hand', async () => {
      const stage = network().stage(() => ({}))
      await withClient({}, async (client) => {
        showsNoSecret(client.inHand, 'client', 'A client that was made')
        await send(client, stage)
        showsNoSecret(client.inHand, 'client', 'A client that has sent')
      })
    })

    test('in events, which tell what became of it', async () => {
      const events: AuthEvent[] = []
      const stage = network().stage(accepts(NEXT_TOKEN))
      const credentials = rotating(TOKEN, NEXT_TOKEN)
      await withClient({ credentials, onEvent: (event) => events.push(event) }, (client) =>
        send(client, stage).then(() => undefined),
      )
      const origin = network().home
      expect(events, TOLD).toEqual([
        { type: 'credential-resolved', origin, reason: 'request' },
        { type: 'sent', origin, reason: 'bound-origin' },
        { type: 'refreshed', origin, reason: 'changed' },
        { type: 'sent', origin, reason: 'retry' },
      ])
      showsNoSecret(events, 'events', 'What onEvent was called with')
    })
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a listener’s own mistake')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a listener’s own mistake'))],
  ])('goes on where an observer of events %s', async (_, onEvent) => {
    const stage = network().stage(accepts(NEXT_TOKEN))
    const options = { credentials: rotating(TOKEN, NEXT_TOKEN), onEvent: onEvent as () => void }
    await withClient(options, async (client) => {
      expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
    })
  })
}
