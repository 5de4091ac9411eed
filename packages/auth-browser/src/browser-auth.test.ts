// Signing in and out over real sockets. What only a browser can show (cookies, CSP) is tested with the sample, in real browsers.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { decodeBasic } from '@fluxauth/auth-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
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

describe('whatever answers late', () => {
  /** Answers that are given when the test says so. */
  const hold = () => {
    const held: { path: string; answer: (status: number) => void }[] = []
    respond = ({ url }, response) => {
      held.push({ path: url ?? '', answer: (status) => response.writeHead(status).end() })
    }
    return async (path: string) => {
      await expect.poll(() => held.some((each) => each.path === path)).toBe(true)
      const [found] = held.splice(
        held.findIndex((each) => each.path === path),
        1,
      )
      return (status: number) => found?.answer(status)
    }
  }
  /** A `fetch` that cannot be aborted, as one of the caller's may be. */
  const stubborn: typeof fetch = (input, init) => fetch(input, { ...init, signal: null })

  test.each([fetch, stubborn])('does not undo useToken(), after resume() (%o)', async (send) => {
    const auth = createBrowserAuth({ origin, fetch: send })
    const next = hold()
    const resumed = auth.resume()
    const answerMe = await next('/api/v2/me')
    auth.useToken('my-token')
    answerMe(200)
    expect(await resumed).toBe('token')
    expect(auth.state).toBe('token')
    const sent = auth.fetch('/')
    ;(await next('/'))(200)
    await sent
    expect(requests.at(-1)?.headers.authorization).toBe('Token my-token')
  })

  test.each([fetch, stubborn])('does not undo signOut(), after resume() (%o)', async (send) => {
    const auth = createBrowserAuth({ origin, fetch: send })
    const next = hold()
    const resumed = auth.resume()
    const answerMe = await next('/api/v2/me')
    await auth.signOut()
    answerMe(200)
    expect(await resumed).toBe('signed-out')
    expect(auth.state).toBe('signed-out')
  })

  test('does not undo useToken(), after signIn(); signing out then ends that session', async () => {
    const auth = createBrowserAuth({ origin, fetch: stubborn })
    const next = hold()
    const signedIn = auth.signIn(USER).catch((error) => error)
    const answerSignIn = await next('/api/v2/signin')
    auth.useToken('my-token')
    answerSignIn(204)
    expect(await signedIn).toMatchObject({ code: 'ERR_SIGN_IN_SUPERSEDED' })
    expect(auth.state).toBe('token')
    const signedOut = auth.signOut()
    ;(await next('/api/v2/signout'))(204)
    await signedOut
    expect(auth.state).toBe('signed-out')
  })

  test('does not leave a session behind signOut(), after signIn()', async () => {
    const auth = createBrowserAuth({ origin, fetch: stubborn })
    const next = hold()
    const signedIn = auth.signIn(USER).catch((error) => error)
    const answerSignIn = await next('/api/v2/signin')
    const signedOut = auth.signOut()
    ;(await next('/api/v2/signout'))(401)
    await signedOut
    answerSignIn(204)
    ;(await next('/api/v2/signout'))(204)
    expect(await signedIn).toMatchObject({ code: 'ERR_SIGN_IN_SUPERSEDED' })
    expect(auth.state).toBe('signed-out')
  })

  test('does not undo signIn(), after an earlier one was refused', async () => {
    const auth = createBrowserAuth({ origin, fetch: stubborn })
    const next = hold()
    const first = auth.signIn(USER).catch((error) => error)
    const answerFirst = await next('/api/v2/signin')
    const second = auth.signIn(USER)
    ;(await next('/api/v2/signin'))(204)
    await second
    answerFirst(401)
    expect(await first).toMatchObject({ code: 'ERR_SIGN_IN_SUPERSEDED' })
    expect(auth.state).toBe('session')
  })

  test('does not undo signIn(), after signOut()', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    const next = hold()
    const signedOut = auth.signOut()
    const answerSignOut = await next('/api/v2/signout')
    const signedIn = auth.signIn(USER)
    ;(await next('/api/v2/signin'))(204)
    await signedIn
    answerSignOut(204)
    await signedOut
    expect(auth.state).toBe('session')
  })

  test('does not end a new session, where a request of the old one is refused', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    const next = hold()
    const first = auth.fetch('/first')
    const second = auth.fetch('/second')
    const answerSecond = await next('/second')
    ;(await next('/first'))(401)
    await first
    expect(auth.state).toBe('signed-out')
    const resumed = auth.resume()
    ;(await next('/api/v2/me'))(200)
    expect(await resumed).toBe('session')
    answerSecond(401)
    await second
    expect(auth.state).toBe('session')
  })

  test('holds up only those who asked', async () => {
    const { auth } = watch()
    hold()
    const unanswered = auth.signIn(USER).catch((error) => error)
    await expect.poll(() => requests).toHaveLength(1)
    auth.useToken('my-token')
    expect(auth.state).toBe('token')
    expect(await unanswered).toMatchObject({ code: 'ERR_SIGN_IN_SUPERSEDED' })
  })
})

describe('a session', () => {
  test('is ended also when a token was used since', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    auth.useToken('my-token')
    await auth.signOut()
    expect(requests.map(({ url }) => url)).toEqual(['/api/v2/signin', '/api/v2/signout'])
    expect(states).toEqual(['session', 'token', 'signed-out'])
    await auth.signOut()
    expect(requests).toHaveLength(2)
  })

  test('that could not be ended is tried again, and the token is forgotten all the same', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    auth.useToken('my-token')
    answer(500)
    await expect(auth.signOut()).rejects.toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
    expect(auth.state).toBe('signed-out')
    answer(204)
    await auth.signOut()
    expect(requests.map(({ url }) => url)).toEqual(['/api/v2/signin', '/api/v2/signout', '/api/v2/signout'])
  })

  test('has its cookie sent in state session alone', async () => {
    const modes: unknown[] = []
    const auth = createBrowserAuth({
      origin,
      fetch: (input, init) => {
        if (String(input).endsWith('/x')) modes.push(init?.credentials)
        return fetch(input, init)
      },
    })
    await auth.fetch('/x')
    await auth.signIn(USER)
    await auth.fetch('/x')
    await auth.fetch(`${origin.replace('127.0.0.1', 'localhost')}/x`)
    auth.useToken('my-token')
    await auth.fetch('/x')
    await auth.signOut()
    await auth.fetch('/x')
    expect(modes).toEqual(['omit', 'include', 'omit', 'omit', 'omit'])
  })
})

test('a listener that throws breaks neither signing in nor other listeners', async () => {
  const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const auth = createBrowserAuth({ origin })
  const states: BrowserAuthState[] = []
  auth.subscribe(() => {
    throw new Error('mine')
  })
  auth.subscribe((state) => states.push(state))
  await auth.signIn(USER)
  auth.useToken('my-token')
  expect(states).toEqual(['session', 'token'])
  expect(complained).toHaveBeenCalledTimes(2)
  complained.mockRestore()
})

test('a listener may change the state: all are told where it ends', () => {
  const auth = createBrowserAuth({ origin })
  const states: BrowserAuthState[] = []
  const unsubscribe = auth.subscribe((state) => {
    unsubscribe()
    if (state === 'token') void auth.signOut()
  })
  auth.subscribe((state) => states.push(state))
  auth.useToken('my-token')
  expect([auth.state, states]).toEqual(['signed-out', ['signed-out']])
})

test('the page’s fetch is the one of when the module was loaded', async () => {
  const stolen: unknown[] = []
  vi.stubGlobal('fetch', (...args: unknown[]) => stolen.push(args))
  await createBrowserAuth({ origin }).signIn(USER)
  vi.unstubAllGlobals()
  expect(stolen).toEqual([])
  expect(requests).toHaveLength(1)
})

test.each([
  [{ orign: 'http://localhost' }, 'ERR_OPTION_NAME'],
  [{ origin: 'http://localhost', fetch: 'fetch' }, 'ERR_OPTION_VALUE'],
  [{ origin: 8086 }, 'ERR_OPTION_VALUE'],
  [{ origin: undefined }, 'ERR_TARGET_ORIGIN'],
])('refuses %j', (options, code) => {
  expect(() => createBrowserAuth(options as never)).toThrow(expect.objectContaining({ code }))
})
