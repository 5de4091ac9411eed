// The conformance suite for an adapter to an HTTP client: what it must do with a credential, on real sockets with real TLS.

import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { AuthError, type Credentials, formatAuthorization } from '@fluxauth/auth-core'
import type { AuthEvent } from '@fluxauth/auth-core/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { HangingError, inTime, until } from '../deadline.ts'
import { findLeaks } from '../leaks.ts'
import type { ClientOptions, ClientRequest, ClientTraits, ClientUnderTest } from './contract.ts'
import { testKept } from './kept.ts'
import { type Network, type Responder, type Stage, startNetwork } from './network.ts'
import { testOptionChecks } from './option-checks.ts'
import { testRefusals } from './refusals.ts'
import { type RedirectScenario, redirectScenarios } from './scenarios.ts'

const ALL_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const TOKEN = 's3cret-token-of-the-suite=='
const NEXT_TOKEN = 'n3xt-token-of-the-suite=='
const SCHEMES: readonly Credentials[] = [
  { scheme: 'token', token: TOKEN },
  { scheme: 'basic', username: 'zoë', password: 'p:ä ß€ s3cret' },
  { scheme: 'bearer', token: `apiv3_${TOKEN}` },
]

/** What no answer, error or event may show, by what it is called in a message. */
const SECRETS = {
  'the token': TOKEN,
  'the next token': NEXT_TOKEN,
  'the password': 's3cret',
  ...Object.fromEntries(
    SCHEMES.map((credentials) => [
      `the value for the scheme ${credentials.scheme}`,
      formatAuthorization(credentials).split(' ')[1] ?? '',
    ]),
  ),
}

/**
 * Runs the conformance suite on an adapter, as vitest tests: the exact header for each scheme, every redirect scenario, refreshes,
 * aborts, streams, kept connections, and no credential in anything that the client's user can print.
 *
 * @param name of the client
 * @param traits what the client can do at all
 * @param create makes a client; the suite closes it
 */
export function testClient(
  name: string,
  traits: ClientTraits,
  create: (options: ClientOptions) => ClientUnderTest | Promise<ClientUnderTest>,
): void {
  describe(`the client ${name}`, { timeout: 30_000 }, () => {
    const { methods = ALL_METHODS, ownHeaders = true, seesUserinfo = true } = traits
    const method = methods[0] ?? 'GET'
    const answered = (status: number, text: string) => ({
      status,
      text: traits.readsAnswers === false ? '' : text,
    })
    const followed = traits.redirects === 'followed'
    // What does not apply to a client is no test of it, rather than one that is skipped.
    const when = (applies: boolean | undefined) => (applies ? test : () => undefined)
    const describeWhen = (applies: boolean | undefined) => (applies ? describe : () => undefined)
    let network: Network
    beforeAll(async () => {
      network = await startNetwork()
    }, 30_000)
    afterAll(() => network.stop())

    /** Makes a client, has it used, and closes it. */
    const withClient = async (
      options: Partial<ClientOptions>,
      use: (client: ClientUnderTest) => Promise<void>,
    ): Promise<void> => {
      const client = await create({
        origin: network.home,
        credentials: TOKEN,
        ca: network.ca,
        lookup: network.lookup,
        ...options,
      })
      try {
        await use(client)
      } finally {
        await inTime(
          client.close(),
          'close() did not end',
          'Likely it waits for a connection that a request still holds: have it break those off.',
        )
      }
    }
    const send = async (
      client: ClientUnderTest,
      stage: Stage,
      request: Partial<ClientRequest> = {},
    ): Promise<{ status: number; text: string }> => {
      const whole: ClientRequest = {
        url: stage.url(network.home),
        method,
        redirect: 'follow',
        ...(method === 'GET' ? {} : { body: 'data' }),
        ...request,
        headers: { 'x-scenario': stage.id, ...request.headers },
      }
      const asked = describeRequest(whole)
      const { status, body, given } = await inTime(
        client.request(whole),
        `${asked} had neither an answer nor an error after ${stage.visits.length} that reached a server`,
        'Likely the adapter does not settle its promise when the client fails or is aborted, or does not let go of an answer (a 401, a redirect) before it sends again.',
      )
      try {
        const text = await inTime(
          typeof body === 'string' ? Promise.resolve(body) : readAll(body),
          `The body of the answer to ${asked} did not end`,
          'Likely the adapter keeps the stream to itself, or hands over one that was read or put off already.',
        )
        return { status, text }
      } finally {
        showsNoSecret(given, 'answer', asked)
      }
    }
    const refusal = async (promise: Promise<unknown>): Promise<Error & { code?: string }> => {
      const error = await promise.then(
        (answer) => expect.fail(`should have been refused, and gave ${inspect(answer)}`),
        (reason) => reason,
      )
      if (error instanceof HangingError) throw error
      showsNoSecret(error, 'error', 'The request that was refused')
      expect(error, 'what a request is refused with must be an Error').toBeInstanceOf(Error)
      return error
    }
    const accepts =
      (token: string): Responder =>
      ({ headers }) =>
        headers.authorization === `Token ${token}` ? { body: 'welcome' } : { status: 401, body: 'go away' }

    describe('sends the header', () => {
      test.each(SCHEMES)('exactly, for the scheme $scheme', async (credentials) => {
        const stage = network.stage(() => ({ body: 'welcome' }))
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
        const stage = network.stage(() => ({}))
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
        const stage = network.stage(() => ({}))
        await withClient({ origin: network.loopback }, async (client) => {
          await send(client, stage, { url: stage.url(network.loopback) })
        })
        expect(stage.visits[0]?.headers.authorization).toBe(`Token ${TOKEN}`)
      })

      when(ownHeaders)('of the caller instead, where there is one', async () => {
        const stage = network.stage(() => ({ status: 401 }))
        await withClient({}, async (client) => {
          await send(client, stage, { headers: { Authorization: 'Token mine' } })
        })
        expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(['Token mine'])
      })

      when(ownHeaders)('of nobody, where the caller has one and must not', async () => {
        const stage = network.stage(() => ({}))
        await withClient({ onExisting: 'error' }, async (client) => {
          const error = await refusal(send(client, stage, { headers: { authorization: 'Token mine' } }))
          expect(codeOf(error)).toBe('ERR_TARGET_EXISTING')
        })
        expect(stage.visits).toEqual([])
      })

      describeWhen(traits.headersOfClient)('that the client is made with instead', () => {
        const headers = { Authorization: 'Token of-the-client', 'x-client': '1' }

        test('where there is one', async () => {
          const stage = network.stage(() => ({ status: 401 }))
          await withClient({ headers }, async (client) => {
            expect((await send(client, stage)).status).toBe(401)
          })
          expect(stage.visits).toMatchObject([
            { credentials: 1, headers: { authorization: 'Token of-the-client', 'x-client': '1' } },
          ])
        })

        test('nor anything, where there must be none', async () => {
          const stage = network.stage(() => ({}))
          await withClient({ headers, onExisting: 'error' }, async (client) => {
            expect(codeOf(await refusal(send(client, stage)))).toBe('ERR_TARGET_EXISTING')
          })
          expect(stage.visits).toEqual([])
        })

        when(ownHeaders)('unless the request has its own, in whatever spelling', async () => {
          const stage = network.stage(() => ({}))
          await withClient({ headers }, async (client) => {
            await send(client, stage, { headers: { authorization: 'Token mine' } })
          })
          expect(stage.visits).toMatchObject([
            { credentials: 1, headers: { authorization: 'Token mine', 'x-client': '1' } },
          ])
        })
      })

      when(seesUserinfo)('not at all, where the URL holds a user name and password', async () => {
        const stage = network.stage(() => ({}))
        await withClient({}, async (client) => {
          const url = stage.url(network.home).replace('://', '://joe:s3cret@')
          expect(codeOf(await refusal(send(client, stage, { url })))).toBe('ERR_TARGET_USERINFO')
        })
        expect(stage.visits).toEqual([])
      })

      test('as the provider has it at that moment', async () => {
        const tokens = ['one', 'two', 'three']
        const stage = network.stage(() => ({}))
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
        const stage = network.stage(() => ({}))
        const failing = () => {
          throw new RangeError('no such profile')
        }
        await withClient({ credentials: failing }, async (client) => {
          expect(`${await refusal(send(client, stage))}`).toContain('no such profile')
        })
        expect(stage.visits).toEqual([])
      })
    })

    describe('follows, or leaves, a redirect:', () => {
      const scenarios = redirectScenarios.filter(({ method: wanted = method }) => methods.includes(wanted))
      test.for(scenarios)('$title', async (scenario, { skip, task }) => {
        skip(Boolean(scenario.six && !network.six && !process.env.CI), 'this machine has no IPv6')
        const stage = network.stage((_, index) => hop(network, stage, scenario, index))
        const bound = scenario.bound?.(network) ?? [network.home]
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
            expect(codeOf(error)).toBe(scenario.refused)
            expect(inspect(error, { depth: 9 })).not.toContain('joe')
          } else {
            expect(await send(client, stage, request)).toEqual(answered(200, 'welcome'))
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
        if (followed && scenario.arrivesAs) expect(stage.visits.at(-1)).toMatchObject(scenario.arrivesAs)
      })

      test.each([300, 304, 305, 399])('%d is no redirect, whatever its Location', async (status) => {
        const stage = network.stage(() => ({
          status,
          headers: { location: stage.url(network.at('other.test')) },
        }))
        await withClient({}, async (client) => {
          expect((await send(client, stage)).status).toBe(status)
        })
        expect(stage.visits).toHaveLength(1)
      })

      test('without a Location it is an answer like any other', async () => {
        const stage = network.stage(() => ({ status: 302 }))
        await withClient({}, async (client) => {
          expect((await send(client, stage)).status).toBe(302)
        })
      })

      when(followed)('to another bound origin with the credential that is for that one', async () => {
        const next = network.otherPort
        const stage = network.stage((_, index) =>
          index === 0 ? { status: 307, headers: { location: stage.url(next) } } : {},
        )
        const events: AuthEvent[] = []
        const options = {
          origin: [network.home, next],
          credentials: ({ origin }: { origin: string }) => (origin === next ? NEXT_TOKEN : TOKEN),
          onEvent: (event: AuthEvent) => events.push(event),
        }
        await withClient(options, (client) => send(client, stage).then(() => undefined))
        expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
          `Token ${TOKEN}`,
          `Token ${NEXT_TOKEN}`,
        ])
        expect(events).toEqual([
          { type: 'credential-resolved', origin: network.home, reason: 'request' },
          { type: 'sent', origin: network.home, reason: 'bound-origin' },
          { type: 'credential-resolved', origin: next, reason: 'request' },
          { type: 'sent', origin: next, reason: 'redirect' },
        ])
      })

      when(followed)('to another bound origin not at all, where the provider has none for it', async () => {
        const next = network.otherPort
        const stage = network.stage(() => ({ status: 307, headers: { location: stage.url(next) } }))
        const credentials = ({ origin }: { origin: string }) => {
          if (origin === next) throw new RangeError('none for this origin')
          return TOKEN
        }
        await withClient({ origin: [network.home, next], credentials }, async (client) => {
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
          const stage = network.stage((_, index) =>
            index === 0 ? { status: 307, headers: { location } } : {},
          )
          await withClient({}, (client) => send(client, stage).then(() => undefined))
          expect(stage.visits.map(({ path }) => path.replace(`/${stage.id}/`, ''))).toEqual(['', path])
        })
      })

      when(followed && ownHeaders)('away, without the name that the caller has for the server', async () => {
        const { loopback: from, plain: to } = network
        const stage = network.stage((_, index) =>
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
      })

      when(followed)('away, and an observer is told that the credential was dropped', async () => {
        const other = network.at('other.test')
        const stage = network.stage((_, index) =>
          index === 0 ? { status: 302, headers: { location: stage.url(other) } } : {},
        )
        const events: AuthEvent[] = []
        await withClient({ onEvent: (event) => events.push(event) }, (client) =>
          send(client, stage).then(() => undefined),
        )
        expect(events.slice(2)).toEqual([{ type: 'dropped', origin: other, reason: 'redirect' }])
      })

      when(traits.redirectModes)('modes manual and error', async () => {
        const stage = network.stage(() => ({ status: 302, headers: { location: stage.url(network.home) } }))
        await withClient({}, async (client) => {
          expect((await send(client, stage, { redirect: 'manual' })).status).toBe(302)
          const error = await refusal(send(client, stage, { redirect: 'error' }))
          expect(codeOf(error)).toBe('ERR_REDIRECT_REFUSED')
        })
        expect(stage.visits).toHaveLength(2)
      })

      when(followed)('a 401 behind it, of another origin, says nothing of our credential', async () => {
        const stage = network.stage((_, index) =>
          index === 0
            ? { status: 302, headers: { location: stage.url(network.at('other.test')) } }
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

    testOptionChecks({ token: TOKEN, withClient })
    testRefusals({ network: () => network, method, token: TOKEN, withClient })
    if (traits.keeps) testKept({ network: () => network, method, token: TOKEN, traits, withClient })

    describe('meets a refusal:', () => {
      test('a 401 asks the provider anew and repeats the request once', async () => {
        const stage = network.stage(accepts(NEXT_TOKEN))
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
        const stage = network.stage(accepts('another'))
        await withClient({}, async (client) => {
          expect(await send(client, stage)).toEqual(answered(401, 'go away'))
        })
        expect(stage.visits).toHaveLength(1)
      })

      test('a 401 is the answer when the next credential is refused as well', async () => {
        const stage = network.stage(accepts('third'))
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
        const stage = network.stage(accepts(NEXT_TOKEN))
        await withClient({ credentials }, async (client) => {
          expect(inspect(await refusal(send(client, stage)))).toContain('the vault is sealed')
          expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
        })
        expect(stage.visits).toHaveLength(2)
      })

      test('a thousand 401s at once cause exactly one refresh', async () => {
        const stage = network.stage(accepts(NEXT_TOKEN))
        const provider = rotating(TOKEN, NEXT_TOKEN, 'too new')
        await withClient({ origin: network.loopback, credentials: provider }, async (client) => {
          const url = stage.url(network.loopback)
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
        const stage = network.stage(() => ({ status: 403 }))
        const provider = rotating(TOKEN, NEXT_TOKEN)
        await withClient({ credentials: provider }, async (client) => {
          expect((await send(client, stage)).status).toBe(403)
        })
        expect(stage.visits).toHaveLength(1)
        expect(provider.invalidated).toEqual([])
      })

      test.each([429, 503])('a %d is waited for when it says how long', async (status) => {
        const stage = network.stage((_, index) =>
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
        const stage = network.stage(() => ({ status: 503, headers: { 'retry-after': '6' } }))
        await withClient({ retry: { maxDelay: 5 } }, async (client) => {
          expect((await send(client, stage)).status).toBe(503)
        })
        expect(stage.visits).toHaveLength(1)
      })
    })

    describeWhen(traits.signals)('stops', () => {
      const stopped = async (
        options: Partial<ClientOptions>,
        respond: Responder,
        when: (stage: Stage) => boolean,
      ): Promise<Stage> => {
        const stage = network.stage(respond)
        const aborter = new AbortController()
        await withClient(options, async (client) => {
          const answer = refusal(send(client, stage, { signal: aborter.signal }))
          await until(
            () => when(stage),
            'The client did not come as far as this test aborts it',
            'Likely it asked no provider, or sent no request.',
          )
          aborter.abort()
          await answer
        })
        return stage
      }

      test('before anything is sent, when the signal has aborted already', async () => {
        const stage = network.stage(() => ({}))
        await withClient({}, async (client) => {
          await refusal(send(client, stage, { signal: AbortSignal.abort() }))
        })
        expect(stage.visits).toEqual([])
      })

      when(!traits.leavesListeners)('and leaves no listener on a signal that goes on', async () => {
        const { signal } = new AbortController()
        const stage = network.stage((visit, index) =>
          index === 1 ? { status: 503, headers: { 'retry-after': '0' } } : accepts(NEXT_TOKEN)(visit, index),
        )
        await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN), retry: true }, async (client) => {
          for (let i = 0; i < 3; i++) await send(client, stage, { signal })
        })
        expect(stage.visits).toHaveLength(5)
        await expect.poll(() => getEventListeners(signal, 'abort')).toEqual([])
      })

      test('waiting for the provider', async () => {
        let asked = false
        const never = () => {
          asked = true
          return new Promise<string>(() => undefined)
        }
        expect(
          (
            await stopped(
              { credentials: never },
              () => ({}),
              () => asked,
            )
          ).visits,
        ).toEqual([])
      })

      test('waiting for the answer', async () => {
        await stopped(
          {},
          () => new Promise(() => undefined),
          ({ visits }) => visits.length === 1,
        )
      })

      test('waiting for the provider after a 401', async () => {
        let asked = 0
        const credentials = () => (asked++ === 0 ? TOKEN : new Promise<string>(() => undefined))
        await stopped(
          { credentials },
          () => ({ status: 401 }),
          () => asked === 2,
        )
      })

      test('waiting for a busy server', async () => {
        const busy = () => ({ status: 503, headers: { 'retry-after': '31' } })
        const [started, cleared] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')]
        const waits = () => started.mock.results.filter((_, i) => started.mock.calls[i]?.[1] === 31_000)
        try {
          await stopped({ retry: true }, busy, () => waits().length === 1)
          const timers = cleared.mock.calls.map(([timer]) => timer)
          for (const { value } of waits()) expect(timers).toContain(value)
        } finally {
          started.mockRestore()
          cleared.mockRestore()
        }
      })
    })

    describe('carries bodies', () => {
      const smuggled = 'GET /admin HTTP/1.1\r\nHost: influx.test\r\n\r\n'

      test.each(methods)('that a server cannot take for the next request, with %s', async (method) => {
        const stage = network.stage(() => ({ body: 'welcome' }))
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
        const stage = network.stage(({ body }) => ({ body: method === 'GET' ? big : body }))
        await withClient({}, async (client) => {
          const { text } = await send(client, stage, method === 'GET' ? {} : { body: big })
          expect(text === answered(200, big).text).toBe(true)
        })
        expect(stage.visits[0]?.body).toBe(method === 'GET' ? '' : big)
      })

      when(traits.streamsAnswers)('as they come', async () => {
        let release: () => void = () => undefined
        const released = new Promise<void>((resolve) => {
          release = resolve
        })
        async function* inTwo() {
          yield 'first'
          await released
          yield 'second'
        }
        const stage = network.stage(() => ({ body: inTwo() }))
        await withClient({}, async (client) => {
          const { body } = await client.request({
            url: stage.url(network.home),
            method,
            redirect: 'follow',
            headers: { 'x-scenario': stage.id },
            ...(method === 'GET' ? {} : { body: 'data' }),
          })
          let text = ''
          for await (const chunk of body as AsyncIterable<Uint8Array>) {
            text += Buffer.from(chunk).toString()
            if (text === 'first') release()
          }
          expect(text).toBe('firstsecond')
        })
      })

      describeWhen(traits.streamsRequests)('that are streams', () => {
        const parts = async function* () {
          yield Buffer.from('one, ')
          yield Buffer.from('two')
        }

        test.each(methods.filter((method) => method !== 'GET'))('to the server, with %s', async (method) => {
          const stage = network.stage(() => ({}))
          await withClient({}, (client) =>
            send(client, stage, { method, body: parts() }).then(() => undefined),
          )
          expect(stage.visits).toMatchObject([
            { method, body: 'one, two', headers: { authorization: `Token ${TOKEN}` } },
          ])
        })

        test('not a second time after a 401', async () => {
          const stage = network.stage(accepts(NEXT_TOKEN))
          await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN) }, async (client) => {
            expect((await send(client, stage, { method: 'POST', body: parts() })).status).toBe(401)
          })
          expect(stage.visits).toHaveLength(1)
        })

        when(followed)('not a second time after a 307, but a 303 needs none', async () => {
          const stage = network.stage(({ method }, index) =>
            method === 'POST'
              ? { status: index === 0 ? 307 : 303, headers: { location: stage.url(network.home) } }
              : { body: 'welcome' },
          )
          await withClient({}, async (client) => {
            const error = await refusal(send(client, stage, { method: 'POST', body: parts() }))
            expect(codeOf(error)).toBe('ERR_REDIRECT_BODY')
            const request = { method: 'POST', body: parts() } as const
            expect(await send(client, stage, request)).toEqual(answered(200, 'welcome'))
          })
          expect(stage.visits.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
        })
      })
    })

    test('keeps its connections, over refreshes and redirects as well', async () => {
      const stage = network.stage(({ path, headers }) => {
        if (headers.authorization !== `Token ${NEXT_TOKEN}`) return { status: 401, body: 'go away' }
        if (followed && !path.endsWith('there')) {
          return { status: 302, headers: { location: stage.url(network.home, 'there') }, body: 'over there' }
        }
        return { body: 'welcome' }
      })
      await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN) }, async (client) => {
        for (let i = 0; i < 10; i++) expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
      })
      expect(stage.visits.length).toBe(followed ? 21 : 11)
      // Node's fetch, left alone, takes turns between two: it reports the end of a body before it frees the connection.
      expect(new Set(stage.visits.map(({ connection }) => connection)).size).toBeLessThanOrEqual(2)
    })

    describe('shows the credential to nobody', () => {
      test.each(SCHEMES)('in errors and answers, with the scheme $scheme', async (credentials) => {
        const stage = network.stage((_, index) => ({ status: [200, 401, 403, 404, 500][index] ?? 200 }))
        const lost = network.stage(() => Promise.reject(new Error('the server hangs up')))
        await withClient({ credentials }, async (client) => {
          for (let i = 0; i < 5; i++) await send(client, stage)
          await refusal(send(client, lost))
        })
        await withClient({ credentials, ca: undefined }, (client) =>
          refusal(send(client, stage)).then(() => undefined),
        )
        await withClient({ credentials, origin: network.nowhere }, (client) =>
          refusal(send(client, stage, { url: stage.url(network.nowhere) })).then(() => undefined),
        )
      })

      test('in events, which tell what became of it', async () => {
        const events: AuthEvent[] = []
        const stage = network.stage(accepts(NEXT_TOKEN))
        const credentials = rotating(TOKEN, NEXT_TOKEN)
        await withClient({ credentials, onEvent: (event) => events.push(event) }, (client) =>
          send(client, stage).then(() => undefined),
        )
        const origin = network.home
        expect(events).toEqual([
          { type: 'credential-resolved', origin, reason: 'request' },
          { type: 'sent', origin, reason: 'bound-origin' },
          { type: 'refreshed', origin, reason: 'changed' },
          { type: 'sent', origin, reason: 'retry' },
        ])
        showsNoSecret(events, 'events', 'What onEvent was called with')
      })
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

/** A provider whose token changes when it is invalidated. */
function rotating(...tokens: string[]) {
  const invalidated: Credentials[] = []
  return {
    invalidated,
    get: async (): Promise<Credentials> => ({ scheme: 'token', token: tokens[0] ?? '' }),
    invalidate(credentials: Credentials) {
      invalidated.push(credentials)
      tokens.shift()
    },
  }
}

async function readAll(body: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString()
}

/** The code of our error, which a client may have wrapped. */
function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (AuthError.is(cause)) return cause.code
  }
  return undefined
}

function describeRequest({ method, url }: Pick<ClientRequest, 'method' | 'url'>): string {
  return `${method} ${url.replace(/\/\/[^/]*@/, '//[redacted]@')}`
}

/** Fails for every place at which a credential shows, and lets the test go on: what comes later may show it as well. */
function showsNoSecret(value: unknown, name: string, of: string): void {
  const places = findLeaks(value, name, SECRETS)
  if (places.length === 0) return
  const where = `${of}: whoever prints the ${name} sees\n${places.map((place) => `  ${place}`).join('\n')}`
  expect
    .soft(
      places,
      `${where}\nNone may show: leave it out, or give what holds it an inspect.custom and a toJSON.`,
    )
    .toEqual([])
}
