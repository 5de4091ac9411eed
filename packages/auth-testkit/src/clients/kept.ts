// What a caller keeps of a request, and may change while it waits: what was checked must be what is sent.

import { describe, expect, test } from 'vitest'
import { inTime } from '../deadline.ts'
import { type ClientContext, describeRequest } from './context.ts'
import type { ClientRequest, ClientUnderTest, KeptRequest } from './contract.ts'
import type { Stage } from './network.ts'
import { TOKEN } from './secrets.ts'

/** The tests of requests that change. */
export function testKept({ network, method, traits, withClient }: ClientContext): void {
  const elsewhere = () => network().at('other.test')
  const request = (stage: Stage, redirect: ClientRequest['redirect'] = 'follow'): ClientRequest => ({
    url: stage.url(network().home),
    method,
    redirect,
    headers: { 'x-scenario': stage.id, 'x-mine': '1' },
    ...(method === 'GET' ? {} : { body: 'data' }),
  })
  const keep = (client: ClientUnderTest, asked: ClientRequest): KeptRequest => {
    const kept = client.keep?.(asked) ?? expect.fail('a client with the trait "keeps" has a function keep()')
    const send = () =>
      inTime(
        kept.send(),
        `${describeRequest(asked)}, which its caller keeps, was not answered`,
        'Likely what was changed is sent, or the promise is not settled when the client fails.',
      )
    return { send, change: (url) => kept.change(url) }
  }
  /** Where each visit came to, and whether with the credential. */
  const visits = (stage: Stage) =>
    stage.visits.map(({ origin, headers }) => [origin, headers.authorization === `Token ${TOKEN}`])

  describe('sends what was checked, though', () => {
    test('the URL changes between two requests', async () => {
      const stage = network().stage(() => ({}))
      await withClient({}, async (client) => {
        const kept = keep(client, request(stage))
        await kept.send()
        kept.change(stage.url(elsewhere()))
        await kept.send()
      })
      expect(visits(stage)[0]).toEqual([network().home, true])
      expect(visits(stage)).not.toContainEqual([elsewhere(), true])
    })

    test.each<[string, (change: () => void) => Promise<string>]>([
      [
        'as it is asked',
        async (change) => {
          change()
          return TOKEN
        },
      ],
      [
        'while it is asked',
        async (change) => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          change()
          return TOKEN
        },
      ],
    ])('the request changes while the provider is asked: %s', async (_, answer) => {
      const stage = network().stage(() => ({}))
      let change = (): void => undefined
      await withClient({ credentials: () => answer(change) }, async (client) => {
        const kept = keep(client, request(stage))
        change = () => kept.change(stage.url(elsewhere()))
        await kept.send()
      })
      expect(visits(stage)).toEqual([[network().home, true]])
      expect(stage.visits[0]).toMatchObject({ method, headers: { 'x-mine': '1' } })
    })

    test('the request changes while the provider is asked after a 401', async () => {
      const stage = network().stage(({ headers }) => ({
        status: headers.authorization === `Token ${TOKEN}` ? 200 : 401,
      }))
      let asked = 0
      let change = (): void => undefined
      const credentials = async () => {
        if (asked++ === 0) return 'of-yesterday'
        change()
        return TOKEN
      }
      await withClient({ credentials }, async (client) => {
        const kept = keep(client, request(stage))
        change = () => kept.change(stage.url(elsewhere()))
        await kept.send()
      })
      expect(visits(stage)).toEqual([
        [network().home, false],
        [network().home, true],
      ])
      expect(stage.visits[1]).toMatchObject({ method, headers: { 'x-mine': '1' } })
    })

    if (traits.redirectModes) {
      test('the redirect mode changes while the provider is asked', async () => {
        const stage = network().stage(() => ({ status: 302, headers: { location: stage.url(elsewhere()) } }))
        let change = (): void => undefined
        const credentials = async () => {
          change()
          return TOKEN
        }
        await withClient({ credentials }, async (client) => {
          const kept = keep(client, request(stage, 'manual'))
          change = () => kept.change(stage.url(network().home))
          await kept.send()
        })
        expect(visits(stage)).toEqual([[network().home, true]])
      })
    }
  })
}
