// Redirects, followed or left to the caller: which of the requests carry the credential.

import { inspect } from 'node:util'
import type { AuthEvent } from '@fluxauth/auth-core/client'
import { describe, expect, test } from 'vitest'
import { describeWhen, testWhen } from '../applicable.ts'
import { HangingError } from '../deadline.ts'
import { type ClientContext, describeRequest, rotating } from './context.ts'
import { expectCode, ON_AND_ON, refusal, TOLD } from './expectations.ts'
import type { Network, Stage } from './network.ts'
import { type RedirectScenario, redirectScenarios } from './scenarios.ts'
import { NEXT_TOKEN, showsNoSecret, TOKEN } from './secrets.ts'

/** The tests of redirects. */
export function testRedirects({
  traits,
  methods,
  method,
  followed,
  ownHeaders,
  network,
  withClient,
  send,
  answered,
}: ClientContext): void {
  describe('follows, or leaves, a redirect:', () => {
    const scenarios = redirectScenarios.filter(({ method: wanted = method }) => methods.includes(wanted))
    // A name like `$title` is cut off at forty characters.
    test.for(scenarios.map((scenario) => [scenario.title, scenario] as const))(
      '%s',
      async ([, scenario], { skip, task }) => {
        skip(Boolean(scenario.six && !network().six && !process.env.CI), 'this machine has no IPv6')
        const stage = network().stage((_, index) => hop(network(), stage, scenario, index))
        const bound = scenario.bound?.(network()) ?? [network().home]
        const request = {
          url: stage.url(bound[0] ?? ''),
          method: scenario.method ?? method,
          ...((scenario.method ?? method) === 'GET' ? {} : { body: 'data' }),
          headers: followed && ownHeaders ? { cookie: 'session=1', 'proxy-authorization': 'Basic eDp5' } : {},
        }
        await withClient({ origin: bound }, async (client) => {
          if (!followed) {
            await send(client, stage, request).then(
              ({ status }) => expect(status).toBe(scenario.hops[0]?.[0]),
              (error) => {
                if (error instanceof HangingError) throw error
                showsNoSecret(error, 'error', describeRequest(request))
              },
            )
          } else if (scenario.refused) {
            const error = await refusal(send(client, stage, request))
            expectCode(error, scenario.refused)
            expect(inspect(error, { depth: 9 })).not.toContain('joe')
          } else {
            const answer = await send(client, stage, request)
            expect(answer, `the answer is the one at the end: ${ON_AND_ON}`).toEqual(answered(200, 'welcome'))
          }
        })
        const carries = followed ? scenario.carries : scenario.carries.slice(0, 1)
        Object.assign(task.meta, { scenario: scenario.title, observed: observe(stage, scenario, followed) })
        expect.soft(stage.visits.length, 'how many requests reach a server').toBe(carries.length)
        for (const [index, visit] of stage.visits.entries()) {
          const which = `request ${index + 1}, ${visit.method} ${visit.origin}${visit.path}`
          const { authorization } = visit.headers
          if (carries[index]) {
            expect
              .soft(authorization, `${which}: carries the credential, which is for this origin`)
              .toBe(`Token ${TOKEN}`)
            continue
          }
          for (const name of ['authorization', 'cookie', 'proxy-authorization']) {
            const rule = `${which}: carries no ${name}, which was for ${bound.join(' and ')}`
            expect.soft(Object.hasOwn(visit.headers, name) ? 'one' : 'none', rule).toBe('none')
          }
        }
        if (!followed || !scenario.arrivesAs) return
        const { method: arrived, body } = stage.visits.at(-1) ?? {}
        const as =
          'method and body of the request behind it: send what method, bodyDropped and the headers of the exchange say'
        expect({ method: arrived, body }, as).toEqual(scenario.arrivesAs)
      },
    )

    test.each([300, 304, 305, 399])('%d is no redirect, whatever its Location', async (status) => {
      const stage = network().stage(() => ({
        status,
        headers: { location: stage.url(network().at('other.test')) },
      }))
      await withClient({}, async (client) => {
        expect((await send(client, stage)).status).toBe(status)
      })
      expect(stage.visits).toHaveLength(1)
    })

    test('without a Location it is an answer like any other', async () => {
      const stage = network().stage(() => ({ status: 302 }))
      await withClient({}, async (client) => {
        expect((await send(client, stage)).status).toBe(302)
      })
    })

    testWhen(followed)('to another bound origin with the credential that is for that one', async () => {
      const next = network().otherPort
      const stage = network().stage((_, index) =>
        index === 0 ? { status: 307, headers: { location: stage.url(next) } } : {},
      )
      const events: AuthEvent[] = []
      const options = {
        origin: [network().home, next],
        credentials: ({ origin }: { origin: string }) => (origin === next ? NEXT_TOKEN : TOKEN),
        onEvent: (event: AuthEvent) => events.push(event),
      }
      await withClient(options, (client) => send(client, stage).then(() => undefined))
      expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
        `Token ${TOKEN}`,
        `Token ${NEXT_TOKEN}`,
      ])
      expect(events, TOLD).toEqual([
        { type: 'credential-resolved', origin: network().home, reason: 'request' },
        { type: 'sent', origin: network().home, reason: 'bound-origin' },
        { type: 'credential-resolved', origin: next, reason: 'request' },
        { type: 'sent', origin: next, reason: 'redirect' },
      ])
    })

    testWhen(followed)('to another bound origin not at all, where the provider has none for it', async () => {
      const next = network().otherPort
      const stage = network().stage(() => ({ status: 307, headers: { location: stage.url(next) } }))
      const credentials = ({ origin }: { origin: string }) => {
        if (origin === next) throw new RangeError('none for this origin')
        return TOKEN
      }
      await withClient({ origin: [network().home, next], credentials }, async (client) => {
        expect(`${inspect(await refusal(send(client, stage)))}`).toContain('none for this origin')
      })
      expect(stage.visits).toHaveLength(1)
    })

    describeWhen(followed)('to a path', () => {
      const bytes = (text: string) => Buffer.from(text).toString('latin1')
      test.each([
        ['in UTF-8', bytes('café?q=ß#€'), 'caf%C3%A9?q=%C3%9F'],
        ['in UTF-8 and percent-encoding', bytes('é%C3%A9'), '%C3%A9%C3%A9'],
        ['in Latin-1', 'caf\xe9', 'caf%EF%BF%BD'],
        ['in bytes that are no text', '\x80\xc0\xaf', '%EF%BF%BD%EF%BF%BD%EF%BF%BD'],
        ['behind a byte order mark', bytes('./\ufeffa'), '%EF%BB%BFa'],
        ['with spaces', 'a b', 'a%20b'],
        ['with a tab', './a\tb', 'ab'],
        ['with backslashes', '.\\a\\b', 'a/b'],
        ['that is only a query', '?a=b', '?a=b'],
        ['that is only a fragment', '#a', ''],
        ['that is empty', '', ''],
      ])('%s, as fetch reads it', async (_, location, path) => {
        const stage = network().stage((_, index) =>
          index === 0 ? { status: 307, headers: { location } } : {},
        )
        await withClient({}, (client) => send(client, stage).then(() => undefined))
        const paths = stage.visits.map(({ path }) => path.replace(`/${stage.id}/`, ''))
        expect(paths, 'where the requests go: send to the url of the exchange as it is').toEqual(['', path])
      })
    })

    testWhen(followed && ownHeaders)(
      'away, without the name that the caller has for the server',
      async () => {
        const { loopback: from, plain: to } = network()
        const stage = network().stage((_, index) =>
          index < 2 ? { status: 307, headers: { location: index === 0 ? 'here' : stage.url(to) } } : {},
        )
        const named = { url: stage.url(from), headers: { host: 'virtual.test' } }
        for (const origin of [[from], [from, to]]) {
          stage.visits.length = 0
          await withClient({ origin, allowInsecure: true }, (client) =>
            send(client, stage, named).then(() => undefined),
          )
          // A `fetch` may not send it at all.
          const [first, ...others] = stage.visits.map(({ origin }) => origin)
          expect(['http://virtual.test', from]).toContain(first)
          expect(others).toEqual([first, to])
        }
      },
    )

    testWhen(followed)('away, and an observer is told that the credential was dropped', async () => {
      const other = network().at('other.test')
      const stage = network().stage((_, index) =>
        index === 0 ? { status: 302, headers: { location: stage.url(other) } } : {},
      )
      const events: AuthEvent[] = []
      await withClient({ onEvent: (event) => events.push(event) }, (client) =>
        send(client, stage).then(() => undefined),
      )
      expect(events.slice(2), TOLD).toEqual([{ type: 'dropped', origin: other, reason: 'redirect' }])
    })

    testWhen(traits.redirectModes)('modes manual and error', async () => {
      const stage = network().stage(() => ({ status: 302, headers: { location: stage.url(network().home) } }))
      await withClient({}, async (client) => {
        const mode = 'hand the mode of each request to startExchange'
        const manual = await send(client, stage, { redirect: 'manual' }).catch((error) =>
          expect.fail(`With redirect: 'manual' the redirect is the answer, and was ${error}: ${mode}`),
        )
        expect(manual.status, mode).toBe(302)
        const error = await refusal(send(client, stage, { redirect: 'error' }), `by its mode: ${mode}`)
        expectCode(error, 'ERR_REDIRECT_REFUSED')
      })
      expect(stage.visits).toHaveLength(2)
    })

    testWhen(followed)('a 401 behind it, of another origin, says nothing of our credential', async () => {
      const stage = network().stage((_, index) =>
        index === 0
          ? { status: 302, headers: { location: stage.url(network().at('other.test')) } }
          : { status: 401 },
      )
      const provider = rotating(TOKEN, NEXT_TOKEN)
      await withClient({ credentials: provider }, async (client) => {
        expect((await send(client, stage)).status).toBe(401)
      })
      expect(provider.invalidated).toEqual([])
      expect(stage.visits).toHaveLength(2)
    })
  })
}

/** The answer to the nth request of a scenario. */
function hop(network: Network, stage: Stage, { hops }: RedirectScenario, index: number) {
  const next = hops[index]
  if (!next) return { body: 'welcome' }
  const [status, location] = next
  return { status, headers: { location: location(network, `/${stage.id}/`) }, body: 'moved' }
}

/** What became of a scenario, for the matrix: `+` for each request that carried a credential, `-` for one that did not. */
function observe({ visits }: Stage, { refused }: RedirectScenario, followed: boolean): string {
  const sent = visits
    .map(({ headers }) => (headers.authorization === undefined ? '-' : '+'))
    .join('')
    .replace(/(.)\1{4,}/g, (run) => `${run.length} times ${run[0]}`)
  if (!followed) return `${sent} left`
  return refused ? `${sent} ${refused}` : sent
}
