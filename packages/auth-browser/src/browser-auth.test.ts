// Signing in and out over real sockets. What only a browser can show (cookies, CSP) is tested with the sample, in real browsers.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { decodeBasic } from '@fluxauth/auth-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BrowserAuthState, createBrowserAuth, SignInError } from './index.ts'

const USER = { username: 'zoë', password: 'pässwörd: s3cret' }
const requests: IncomingMessage[] = []
let respond: (request: IncomingMessage, response: ServerResponse) => void
let origin: string
const server = createServer((request, response) => {
  requests.push(request)
  respond(request, response)
})

const answer = (status: number, headers: Record<string, string> = {}) => {
  respond = (_, response) => response.writeHead(status, headers).end()
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  requests.length = 0
  answer(204)
})

/** Follows what a sign-in reports. */
function watch() {
  const auth = createBrowserAuth({ origin })
  const states: BrowserAuthState[] = []
  auth.subscribe((state) => states.push(state))
  return { auth, states }
}

describe('signIn', () => {
  test('posts Basic to /api/v2/signin, UTF-8 and colons included, and keeps nothing of it', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    expect(requests).toMatchObject([{ method: 'POST', url: '/api/v2/signin' }])
    expect(decodeBasic(requests[0]?.headers.authorization ?? '')).toEqual({ scheme: 'basic', ...USER })
    expect(auth.state).toBe('session')
    expect(states).toEqual(['session'])
    expect(inspect(auth, { depth: 9, showHidden: true })).not.toContain('s3cret')
    await auth.fetch('/api/v2/buckets')
    expect(requests[1]?.headers.authorization).toBeUndefined()
  })

  test.each([
    [401, 'ERR_SIGN_IN_REFUSED'],
    [403, 'ERR_SIGN_IN_DISABLED'],
    [429, 'ERR_SIGN_IN_LIMITED'],
    [404, 'ERR_SIGN_IN_FAILED'],
    [500, 'ERR_SIGN_IN_FAILED'],
  ])('turns %d into %s, without a word of the credential', async (status, code) => {
    answer(status)
    const { auth, states } = watch()
    const error = await auth.signIn(USER).catch((reason) => reason)
    expect(error).toBeInstanceOf(SignInError)
    expect(error).toMatchObject({ name: 'SignInError', code, status })
    expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|zoë/)
    expect([auth.state, states]).toEqual(['signed-out', []])
  })

  test('does not follow a redirect with the credential', async () => {
    answer(307, { location: '/elsewhere' })
    await expect(watch().auth.signIn(USER)).rejects.toMatchObject({ code: 'ERR_SIGN_IN_UNREACHABLE' })
    expect(requests).toHaveLength(1)
  })

  test('tells a server that does not answer from a refusal', async () => {
    respond = (request) => request.socket.destroy()
    const error = await watch()
      .auth.signIn(USER)
      .catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_SIGN_IN_UNREACHABLE', status: undefined })
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
  })

  test('refuses what Basic cannot carry before anything is sent', async () => {
    await expect(watch().auth.signIn({ ...USER, username: 'a:b' })).rejects.toMatchObject({
      code: 'ERR_USERNAME_COLON',
    })
    expect(requests).toHaveLength(0)
  })

  test('takes the place of a token', async () => {
    const { auth, states } = watch()
    auth.useToken('my-token')
    await auth.signIn(USER)
    await auth.fetch('/')
    expect(requests.at(-1)?.headers.authorization).toBeUndefined()
    expect(states).toEqual(['token', 'session'])
  })
})

describe('useToken', () => {
  test('sends the token to the server and to no other origin', async () => {
    const { auth } = watch()
    auth.useToken('my-s3cret-token')
    expect(auth.state).toBe('token')
    await auth.fetch('/api/v2/buckets')
    await auth.fetch(new Request(`${origin}/api/v2/me`))
    await auth.fetch(origin.replace('127.0.0.1', 'localhost')).catch(() => undefined)
    expect(requests.slice(0, 2).map(({ headers }) => headers.authorization)).toEqual([
      'Token my-s3cret-token',
      'Token my-s3cret-token',
    ])
    expect(requests[2]?.headers.authorization).toBeUndefined()
    expect(inspect(auth, { depth: 9, showHidden: true })).not.toContain('s3cret')
  })

  test('refuses at once what is no token', () => {
    const { auth } = watch()
    expect(() => auth.useToken('two words')).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_SYNTAX' }))
    expect(auth.state).toBe('signed-out')
  })

  test('can be given another token', async () => {
    const { auth, states } = watch()
    auth.useToken('first')
    auth.useToken('second')
    await auth.fetch('/')
    expect(requests[0]?.headers.authorization).toBe('Token second')
    expect(states).toEqual(['token'])
  })
})

describe('signOut', () => {
  test('ends the session on the server', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    await auth.signOut()
    expect(requests[1]).toMatchObject({ method: 'POST', url: '/api/v2/signout' })
    expect(states).toEqual(['session', 'signed-out'])
  })

  test('is content when the session had ended already', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    answer(401)
    await auth.signOut()
    expect(auth.state).toBe('signed-out')
  })

  test.each([500, 0])('says so when the server could not end the session (%d)', async (status) => {
    const { auth } = watch()
    await auth.signIn(USER)
    if (status) answer(status)
    else respond = (request) => request.socket.destroy()
    await expect(auth.signOut()).rejects.toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
    expect(auth.state).toBe('session')
  })

  test('forgets a token without asking anyone', async () => {
    const { auth } = watch()
    auth.useToken('my-token')
    await auth.signOut()
    await auth.fetch('/')
    expect(requests).toHaveLength(1)
    expect(requests[0]?.headers.authorization).toBeUndefined()
  })
})

describe('state', () => {
  test('is taken up again when the server still knows the session', async () => {
    const { auth } = watch()
    answer(401)
    expect(await auth.resume()).toBe('signed-out')
    answer(200)
    expect(await auth.resume()).toBe('session')
    expect(requests.map(({ url }) => url)).toEqual(['/api/v2/me', '/api/v2/me'])
    await auth.resume()
    expect(requests).toHaveLength(2)
  })

  test('becomes signed out when the server no longer knows the session', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    answer(401)
    expect((await auth.fetch('/api/v2/buckets')).status).toBe(401)
    expect(states).toEqual(['session', 'signed-out'])
  })

  test('is no longer reported to who unsubscribed', async () => {
    const auth = createBrowserAuth({ origin })
    const states: BrowserAuthState[] = []
    const unsubscribe = auth.subscribe((state) => states.push(state))
    unsubscribe()
    auth.useToken('my-token')
    expect(states).toEqual([])
  })
})

test('refuses no-cors, which drops the header, and plain http to another machine', async () => {
  const { auth } = watch()
  auth.useToken('my-token')
  await expect(auth.fetch('/', { mode: 'no-cors' })).rejects.toMatchObject({ code: 'ERR_TARGET_NO_CORS' })
  expect(() => createBrowserAuth({ origin: 'http://influx.example' })).toThrow(
    expect.objectContaining({ code: 'ERR_TARGET_INSECURE' }),
  )
})
