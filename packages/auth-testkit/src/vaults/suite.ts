// The conformance suite for a vault: where a page's token lies, and what is sent with it.

import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import type { Awaitable } from '@fluxauth/auth-core/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

/** A vault, as `@fluxauth/auth-browser` has them. */
export interface VaultUnderTest {
  hold(token: string): Awaitable<void>
  fetch(input: string | Request, init?: RequestInit): Promise<Response>
  clear(): void
  dispose(): void
}

const TOKEN = 's3cret-token=='
const OTHER = 's3cret-other=='

/**
 * Runs the conformance suite on a vault, as vitest tests: what it holds goes to its origin and nowhere else, follows no redirect, comes
 * back in no answer and no error, and is forgotten at once; and but for that a request is as `fetch` makes it.
 *
 * @param name of the vault
 * @param create makes a vault for this origin that may call every method and path, with nothing in it
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
    const sent = () => requests.map(({ request }) => request.headers.authorization)
    const failure = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => error,
      )

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
      await vault.hold(TOKEN)
      expect(await (await vault.fetch('/a')).text()).toBe('let in')
      await vault.hold(OTHER)
      await vault.fetch(new Request(`${origin}/b`))
      expect(sent()).toEqual([`Token ${TOKEN}`, `Token ${OTHER}`])
    })

    test('sends nothing before it holds a token, nor after it has forgotten it', async () => {
      expect(await failure(vault.fetch('/'))).toMatchObject({ code: 'ERR_VAULT_EMPTY' })
      await vault.hold(TOKEN)
      vault.clear()
      expect(await failure(vault.fetch('/'))).toMatchObject({ code: 'ERR_VAULT_EMPTY' })
      expect(requests).toEqual([])
    })

    test.each(['', 'two words', 'ä', 'a\nb', undefined])('takes no %j for a token', async (token) => {
      const held = failure((async () => vault.hold(token as string))())
      expect(await held).toMatchObject({ name: 'CredentialsError' })
    })

    test('sends nothing to another origin, whatever a request says of itself', async () => {
      await vault.hold(TOKEN)
      const elsewhere = origin.replace('127.0.0.1', 'localhost')
      const disguised = new Request(elsewhere)
      Object.defineProperty(disguised, 'url', { value: `${origin}/` })
      for (const input of [
        elsewhere,
        new Request(elsewhere),
        disguised,
        '//localhost/',
        'http://127.0.0.1:1/',
      ]) {
        expect(await failure(vault.fetch(input))).toMatchObject({ code: 'ERR_VAULT_ORIGIN' })
      }
      expect(requests).toEqual([])
    })

    test.each([301, 302, 303, 307, 308])('follows no redirect (%d)', async (status) => {
      await vault.hold(TOKEN)
      respond = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end()
      for (const redirect of ['follow', 'manual', 'error'] as const) {
        expect(await failure(vault.fetch('/', { redirect }))).toMatchObject({ code: 'ERR_VAULT_REDIRECT' })
      }
      expect(requests).toHaveLength(3)
    })

    test('puts the token in the place of another Authorization, in any spelling', async () => {
      await vault.hold(TOKEN)
      await vault.fetch('/', { headers: { AUTHORIZATION: 'Token mine', 'x-mine': '1' } })
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
      await vault.hold(TOKEN)
      await vault.fetch('/', { method: 'POST', body: body() })
      await vault.fetch(new Request(origin, { method: 'PUT', body: body() }))
      for (const { request, body } of requests) {
        expect(body.toString()).toEqual(
          typeof expected === 'string' ? expected : expect.stringMatching(expected),
        )
        expect(request.headers['content-type'] ?? '').toMatch(type)
      }
      expect(requests.map(({ request }) => request.method)).toEqual(['POST', 'PUT'])
    })

    test('hands an answer over as it comes: status, headers, URL, and its body piece by piece', async () => {
      await vault.hold(TOKEN)
      let more: () => void = () => undefined
      respond = (_, response) => {
        response.writeHead(418, 'Teapot', { 'x-answer': 'yes' }).write('one')
        more = () => response.end('two')
      }
      const response = await vault.fetch('/tea')
      expect([response.status, response.headers.get('x-answer'), response.url]).toEqual([
        418,
        'yes',
        `${origin}/tea`,
      ])
      const reader = response.body?.getReader()
      const read = async () => new TextDecoder().decode((await reader?.read())?.value)
      expect(await read()).toBe('one')
      more()
      expect(await read()).toBe('two')
      expect((await reader?.read())?.done).toBe(true)
    })

    test.each([204, 304])('hands over an answer without a body (%d)', async (status) => {
      await vault.hold(TOKEN)
      respond = (_, response) => response.writeHead(status).end()
      const response = await vault.fetch('/')
      expect([response.status, await response.text()]).toEqual([status, ''])
    })

    test('ends a request that is aborted: before, while it waits, and while its answer is read', async () => {
      await vault.hold(TOKEN)
      const reason = new Error('mine')
      expect(await failure(vault.fetch('/', { signal: AbortSignal.abort(reason) }))).toBe(reason)
      expect(requests).toEqual([])
      for (const begins of [false, true]) {
        const controller = new AbortController()
        const closed = new Promise((resolve) => {
          respond = (request, response) => {
            request.socket.once('close', resolve)
            if (begins) response.writeHead(200).write('one')
            else controller.abort(reason)
          }
        })
        const answer = vault.fetch('/', { signal: controller.signal })
        const text = begins ? (await answer).text() : answer
        if (begins) controller.abort(reason)
        expect(await failure(text)).toBe(reason)
        await closed
      }
    })

    test('shows the token to nobody who looks at it, at an answer or at an error', async () => {
      await vault.hold(TOKEN)
      const answers = [await vault.fetch('/')]
      respond = (request) => request.socket.destroy()
      const error = await failure(vault.fetch('/'))
      expect(error).toBeInstanceOf(TypeError)
      const shown = inspect([vault, answers, error], { depth: 9, showHidden: true })
      expect(shown).not.toContain('s3cret')
    })
  })
}

function toForm(): FormData {
  const form = new FormData()
  form.set('file', new Blob(['content']), 'a.txt')
  return form
}
