// The conformance suite for a vault: where a page's token lies, and what is sent with it.

import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import type { Awaitable } from '@fluxauth/auth-core/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTime } from '../deadline.ts'
import { findLeaks } from '../leaks.ts'
import { watchSecrets } from '../output.ts'

/** A vault, as `@fluxauth/auth-browser` has them. */
export interface VaultUnderTest {
  hold(token: string): Awaitable<void>
  fetch(input: string | Request, init?: RequestInit): Promise<Response>
  clear(): void
  dispose(): void
}

const TOKEN = 's3cret-token=='
const OTHER = 's3cret-other=='
const SECRETS = { 'a token': 's3cret' }
const LIKELY =
  'Likely a promise is not settled when what sends fails, is aborted or has ended, or an answer is read whole before it is handed over.'
const ELSEWHERE =
  'what is sent elsewhere is refused: look at where a request really goes, with its scheme, host and port'
const SIGNAL = 'Likely the signal is not handed to what sends.'
const ITS_OWN = 'a request carries the token that was held when it was made, or is refused'

/**
 * Runs the conformance suite on a vault, as vitest tests: what it holds goes to its origin and nowhere else, follows no redirect, comes
 * back in no answer and no error, and is forgotten at once; and but for that a request is as `fetch` makes it.
 *
 * @param name of the vault
 * @param create makes a vault for this origin that may call every method and path, with nothing in it
 * @example
 * import { memoryVault } from '@fluxauth/auth-browser/memory'
 * import { testVault } from '@fluxauth/auth-testkit'
 *
 * // Put your own in the place of this one.
 * testVault('in memory', (origin) => memoryVault()(origin, fetch))
 */
export function testVault(name: string, create: (origin: string) => Awaitable<VaultUnderTest>): void {
  describe(`the vault ${name}`, { timeout: 30_000 }, () => {
    const requests: { readonly request: IncomingMessage; readonly body: Buffer }[] = []
    let respond: RequestListener
    let origin: string
    let vault: VaultUnderTest
    const server = createServer(async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      requests.push({ request, body: Buffer.concat(pieces) })
      respond(request, response)
    })
    const ask: VaultUnderTest['fetch'] = (input, init) =>
      inTime(
        vault.fetch(input, init),
        `fetch(${JSON.stringify(typeof input === 'string' ? input : input.url)}) did not end`,
        LIKELY,
      )
    const hold = (token: string) => inTime((async () => vault.hold(token))(), 'hold() did not end', LIKELY)
    const sent = () => requests.map(({ request }) => request.headers.authorization)
    const failure = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => error,
      )

    watchSecrets(SECRETS, 'what the console and the standard streams show: print no token and no header')
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    afterAll(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    beforeEach(async () => {
      requests.length = 0
      respond = (_, response) => response.end('let in')
      vault = await create(origin)
    })
    afterEach(() => vault.dispose())

    test('sends the token that it was given last', async () => {
      await hold(TOKEN)
      expect(await (await ask('/a')).text()).toBe('let in')
      await hold(OTHER)
      await ask(new Request(`${origin}/b`))
      expect(sent()).toEqual([`Token ${TOKEN}`, `Token ${OTHER}`])
    })

    test('sends nothing before it holds a token, nor after it has forgotten it', async () => {
      expect(await failure(ask('/'))).toMatchObject({ code: 'ERR_VAULT_EMPTY' })
      await hold(TOKEN)
      vault.clear()
      expect(await failure(ask('/'))).toMatchObject({ code: 'ERR_VAULT_EMPTY' })
      expect(requests).toEqual([])
    })

    test.each(['', 's3cret two words', 's3cret-ä', 's3cret\nb', undefined])(
      'takes no %j for a token, and does not show it',
      async (token) => {
        const error = await failure(hold(token as string))
        expect(error, 'hold() of what is no token throws').toMatchObject({ name: 'CredentialsError' })
        showsNoSecret(error, 'error')
      },
    )

    test('sends nothing once it has ended, whoever hands it a token then', async () => {
      await hold(TOKEN)
      vault.dispose()
      expect(await failure(ask('/')), 'fetch() rejects').toBeInstanceOf(Error)
      await failure(hold(OTHER))
      expect(await failure(ask('/')), 'fetch() rejects: dispose() is for good').toBeInstanceOf(Error)
      expect(requests, 'requests that reached the server').toEqual([])
    })

    test('sends nothing with the token of somebody else, who came while it was asked', async () => {
      for (const body of [undefined, new Blob(['data'])]) {
        for (const clears of [false, true]) {
          await hold(TOKEN)
          const asked = failure(ask('/', { ...(body && { method: 'POST', body }) }))
          if (clears) vault.clear()
          await hold(OTHER)
          await asked
        }
      }
      expect(sent(), ITS_OWN).not.toContain(`Token ${OTHER}`)
    })

    test.each([401, 403, 429, 503])('hands a refusal over, and sends nothing again (%d)', async (status) => {
      await hold(TOKEN)
      respond = (_, response) => response.writeHead(status, { 'retry-after': '0' }).end('no')
      const response = await ask('/')
      expect([response.status, await response.text()]).toEqual([status, 'no'])
      expect(requests, 'how many requests there are').toHaveLength(1)
    })

    test('sends nothing to another origin, whatever a request says of itself', async () => {
      await hold(TOKEN)
      const elsewhere = origin.replace('127.0.0.1', 'localhost')
      const disguised = new Request(elsewhere)
      Object.defineProperty(disguised, 'url', { value: `${origin}/` })
      for (const input of [
        elsewhere,
        new Request(elsewhere),
        disguised,
        '//localhost/',
        'http://127.0.0.1:1/',
        `${origin}@localhost:1/`,
      ]) {
        expect(await failure(ask(input)), ELSEWHERE).toMatchObject({ code: 'ERR_VAULT_ORIGIN' })
      }
      expect(requests, 'requests that reached a server').toEqual([])
    })

    test.each([301, 302, 303, 307, 308])('follows no redirect (%d)', async (status) => {
      await hold(TOKEN)
      respond = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end()
      for (const redirect of ['follow', 'manual', 'error'] as const) {
        const rule = `with redirect: '${redirect}', in whatever mode a redirect is refused: send with redirect: 'manual', and look at the answer`
        expect(await failure(ask('/', { redirect })), rule).toMatchObject({ code: 'ERR_VAULT_REDIRECT' })
      }
      expect(requests, 'how many requests there are').toHaveLength(3)
    })

    test('puts the token in the place of another Authorization, in any spelling', async () => {
      await hold(TOKEN)
      await ask('/', { headers: { AUTHORIZATION: 'Token mine', 'x-mine': '1' } })
      expect(sent()).toEqual([`Token ${TOKEN}`])
      expect(requests[0]?.request.headers['x-mine']).toBe('1')
    })

    test.each<[string, () => NonNullable<RequestInit['body']>, string | RegExp, RegExp]>([
      ['text', () => 'ä', 'ä', /^text\/plain/],
      ['form fields', () => new URLSearchParams({ q: 'a b' }), 'q=a+b', /urlencoded/],
      [
        'FormData',
        () => toForm(),
        /name="file"; filename="a.txt"[\s\S]*content/,
        /^multipart\/form-data; boundary=/,
      ],
      ['a Blob', () => new Blob(['{}'], { type: 'application/json' }), '{}', /^application\/json$/],
      ['bytes', () => new Uint8Array([65, 66]), 'AB', /^$/],
    ])('sends a body of %s as fetch would', async (_, body, expected, type) => {
      await hold(TOKEN)
      await ask('/', { method: 'POST', body: body() })
      await ask(new Request(origin, { method: 'PUT', body: body() }))
      for (const { request, body } of requests) {
        expect(body.toString()).toEqual(
          typeof expected === 'string' ? expected : expect.stringMatching(expected),
        )
        expect(request.headers['content-type'] ?? '').toMatch(type)
      }
      expect(requests.map(({ request }) => request.method)).toEqual(['POST', 'PUT'])
    })

    test('hands an answer over as it comes: status, headers, URL, and its body piece by piece', async () => {
      await hold(TOKEN)
      let more: () => void = () => undefined
      respond = (_, response) => {
        response.writeHead(418, 'Teapot', { 'x-answer': 'yes' }).write('one')
        more = () => response.end('two')
      }
      const response = await ask('/tea')
      const { status, statusText, headers, url } = response
      expect([status, statusText, headers.get('x-answer'), url]).toEqual([
        418,
        'Teapot',
        'yes',
        `${origin}/tea`,
      ])
      const reader = response.body?.getReader()
      const read = async () => {
        const piece = inTime(
          reader?.read() ?? expect.fail('there is no body'),
          'A piece did not come',
          LIKELY,
        )
        return new TextDecoder().decode((await piece).value)
      }
      expect(await read()).toBe('one')
      more()
      expect(await read()).toBe('two')
      expect((await reader?.read())?.done).toBe(true)
    })

    test.each([204, 304])('hands over an answer without a body (%d)', async (status) => {
      await hold(TOKEN)
      respond = (_, response) => response.writeHead(status).end()
      const response = await ask('/')
      expect([response.status, await response.text()]).toEqual([status, ''])
    })

    test('ends a request that is aborted: before, while it waits, and while its answer is read', async () => {
      await hold(TOKEN)
      const reason = new Error('mine')
      const before = 'what is thrown where the signal has aborted already: its own reason'
      expect(await failure(ask('/', { signal: AbortSignal.abort(reason) })), before).toBe(reason)
      expect(requests, 'requests that reached the server').toEqual([])
      for (const begins of [false, true]) {
        const controller = new AbortController()
        const closed = new Promise((resolve) => {
          respond = (request, response) => {
            request.socket.once('close', resolve)
            if (begins) response.writeHead(200).write('one')
            else controller.abort(reason)
          }
        })
        const answer = ask('/', { signal: controller.signal })
        const text = begins ? (await answer).text() : answer
        if (begins) controller.abort(reason)
        const what = begins ? 'while its answer is read' : 'while it waits'
        const ended = inTime<unknown>(text, `A request that was aborted ${what} did not end`, LIKELY)
        expect(await failure(ended), `what is thrown is the signal’s own reason, ${what}`).toBe(reason)
        await inTime(closed, `A request that was aborted ${what} was not broken off`, SIGNAL)
      }
    })

    test('shows the token to nobody who looks at it, at an answer or at an error', async () => {
      await hold(TOKEN)
      const answers = [await ask('/')]
      respond = (request) => request.socket.destroy()
      const error = await failure(ask('/'))
      expect(error).toBeInstanceOf(TypeError)
      showsNoSecret(vault, 'vault')
      showsNoSecret(answers, 'answers')
      showsNoSecret(error, 'error')
      const shown = inspect([vault, answers, error], { depth: 9, showHidden: true })
      expect(shown.includes('s3cret'), 'whether a token shows in what is not enumerable').toBe(false)
    })
  })
}

/** Fails for every place at which a token shows, and lets the test go on. */
function showsNoSecret(value: unknown, name: string): void {
  const places = findLeaks(value, name, SECRETS)
  expect
    .soft(places, `whoever prints it sees ${places.join(', ')}: leave it out, a vault never gives it back`)
    .toEqual([])
}

function toForm(): FormData {
  const form = new FormData()
  form.set('file', new Blob(['content']), 'a.txt')
  return form
}
