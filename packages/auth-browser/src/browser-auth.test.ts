// Signing in and out over real sockets. What only a browser can show (cookies, tabs, CSP) is tested in real browsers.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { decodeBasic } from '@fluxauth/auth-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineSignIn } from './element/index.ts'
import { type BrowserAuthState, createBrowserAuth, SignInError, type Vault } from './index.ts'
import { memoryVault, VaultError } from './vaults/memory.ts'

const USER = { username: 'zoë', password: 'pässwörd: s3cret' }
const WHO = { id: '0000000000000001', name: 'zoë' }
const requests: IncomingMessage[] = []
let answers: Record<string, [status: number, body?: object]>
let respond: (request: IncomingMessage, response: ServerResponse) => void
let origin: string
const server = createServer((request, response) => {
  requests.push(request)
  respond(request, response)
})
const sent = () => requests.map(({ method, url }) => `${method} ${url}`)

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  requests.length = 0
  answers = { '/api/v2/me': [200, WHO] }
  respond = ({ url = '' }, response) => {
    const [status, body] = answers[url] ?? [204]
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body && JSON.stringify(body))
  }
})

/** Follows what a sign-in reports, from the second state on. */
function watch() {
  const auth = createBrowserAuth({ origin, vault: memoryVault() })
  const states: BrowserAuthState[] = []
  auth.subscribe((state) => states.push(state))
  states.length = 0
  return { auth, states }
}
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('signIn', () => {
  test('posts Basic to /api/v2/signin, UTF-8 and colons included, says who that is, and keeps nothing of it', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    expect(sent()).toEqual(['POST /api/v2/signin', 'GET /api/v2/me'])
    expect(decodeBasic(requests[0]?.headers.authorization ?? '')).toEqual({ scheme: 'basic', ...USER })
    expect(auth.state).toEqual({ status: 'signed-in', scheme: 'basic', who: WHO })
    expect(states.map(({ status }) => status)).toEqual(['signing-in', 'signed-in'])
    expect(inspect(auth, { depth: 9, showHidden: true })).not.toContain('s3cret')
    await auth.fetch('/api/v2/buckets')
    expect(requests.at(-1)?.headers.authorization).toBeUndefined()
  })

  test.each([
    [401, 'ERR_SIGN_IN_REFUSED'],
    [403, 'ERR_SIGN_IN_DISABLED'],
    [429, 'ERR_SIGN_IN_LIMITED'],
    [404, 'ERR_SIGN_IN_FAILED'],
    [500, 'ERR_SIGN_IN_FAILED'],
  ])('turns %d into %s, without a word of the credential', async (status, code) => {
    answers['/api/v2/signin'] = [status]
    const { auth, states } = watch()
    const error = await caught(auth.signIn(USER))
    expect(error).toBeInstanceOf(SignInError)
    expect(error).toMatchObject({ name: 'SignInError', code, status })
    expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|zoë/)
    expect(states.map((state) => state.status)).toEqual(['signing-in', 'unknown'])
  })

  test.each([
    [401, 'ERR_SIGN_IN_COOKIE'],
    [403, 'ERR_SIGN_IN_DISABLED'],
  ])('is not taken for done where /api/v2/me then says %d', async (status, code) => {
    answers['/api/v2/me'] = [status]
    const { auth } = watch()
    expect(await caught(auth.signIn(USER))).toMatchObject({
      code,
      status: status === 403 ? status : undefined,
    })
    expect(auth.state.status).toBe('unknown')
    expect(sent().includes('POST /api/v2/signout')).toBe(status === 403)
  })

  test.each([
    [401, `read:users/${WHO.id} is unauthorized`],
    [403, 'insufficient permissions'],
  ])('is done where the user may not ask who they are: %d', async (status, message) => {
    answers['/api/v2/me'] = [status, { message }]
    const { auth } = watch()
    await auth.signIn(USER)
    expect(auth.state).toEqual({ status: 'signed-in', scheme: 'basic', who: undefined })
    await auth.fetch('/')
    expect([auth.state.status, sent().includes('POST /api/v2/signout')]).toEqual(['signed-in', false])
  })

  test('is done also where the network is lost before the server says who that is', async () => {
    respond = ({ url, socket }, response) =>
      url === '/api/v2/me' ? socket.destroy() : response.writeHead(204).end()
    const { auth } = watch()
    await auth.signIn(USER)
    expect(auth.state).toEqual({ status: 'signed-in', scheme: 'basic', who: undefined })
  })

  test('does not follow a redirect with the credential', async () => {
    respond = (_, response) => response.writeHead(307, { location: '/elsewhere' }).end()
    expect(await caught(watch().auth.signIn(USER))).toMatchObject({ code: 'ERR_UNREACHABLE' })
    expect(requests.filter(({ headers }) => headers.authorization)).toHaveLength(1)
  })

  test('tells a server that does not answer from a refusal', async () => {
    respond = (request) => request.socket.destroy()
    const error = await caught(watch().auth.signIn(USER))
    expect(error).toMatchObject({ code: 'ERR_UNREACHABLE', status: undefined })
    expect((error as Error).message).toContain('is the server up')
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
  })

  test('refuses what Basic cannot carry before anything is sent', async () => {
    const { auth } = watch()
    expect(await caught(auth.signIn({ ...USER, username: 'a:b' }))).toMatchObject({
      code: 'ERR_USERNAME_COLON',
    })
    expect([requests, auth.state.status]).toEqual([[], 'unknown'])
  })

  test('takes the place of a token, and leaves it where it is refused', async () => {
    const { auth } = watch()
    await auth.signIn({ token: 'my-token' })
    answers['/api/v2/signin'] = [401]
    await caught(auth.signIn(USER))
    await auth.fetch('/')
    expect(requests.at(-1)?.headers.authorization).toBe('Token my-token')
    delete answers['/api/v2/signin']
    const { state } = auth
    answers['/api/v2/me'] = [401]
    expect(await caught(auth.signIn(USER))).toMatchObject({ code: 'ERR_SIGN_IN_COOKIE' })
    expect(auth.state).toEqual(state)
    answers['/api/v2/me'] = [200, WHO]
    await auth.signIn(USER)
    await auth.fetch('/')
    expect(requests.at(-1)?.headers.authorization).toBeUndefined()
    // The cookie that there was is replaced by one that was not kept.
    answers['/api/v2/me'] = [401]
    await caught(auth.signIn(USER))
    expect(auth.state).toEqual({ status: 'expired', scheme: 'basic', who: WHO })
  })

  test('has the vault forget a token: once it takes its place, where that was still asked about, or is wrong, and in the end', async () => {
    const held = memoryVault()(origin, fetch)
    const [clear, dispose] = [vi.fn(held.clear), vi.fn(held.dispose)]
    const auth = createBrowserAuth({ origin, vault: () => ({ ...held, clear, dispose }) })
    await auth.signIn({ token: 'my-token' })
    expect(clear).toHaveBeenCalledTimes(0)
    await auth.signIn(USER)
    expect(clear).toHaveBeenCalledTimes(1)
    answers['/api/v2/signin'] = [401]
    await Promise.all([auth.signIn({ token: 'my-token' }), auth.signIn(USER)].map(caught))
    expect(clear).toHaveBeenCalledTimes(2)
    await auth.signIn({ token: 'my-token' })
    await auth.signOut()
    expect(clear).toHaveBeenCalledTimes(3)
    await auth.signIn({ token: 'my-token' })
    answers['/api/v2/me'] = [401]
    await caught(auth.signIn({ token: 'wrong' }))
    expect(clear).toHaveBeenCalledTimes(4)
    expect(auth.state).toEqual({ status: 'expired', scheme: 'token', who: WHO })
    await held.hold('my-token')
    auth.dispose()
    expect(dispose).toHaveBeenCalledTimes(1)
    expect(await caught(held.fetch('/'))).toMatchObject({
      code: 'ERR_VAULT_EMPTY',
      message: expect.stringContaining('call signIn({ token }) first'),
    })
  })

  test.each([{ id: WHO.id }, { name: WHO.name }, { id: '', name: '' }])(
    'says nobody where the server names them as %j',
    async (me) => {
      answers['/api/v2/me'] = [200, me]
      const { auth } = watch()
      await auth.signIn(USER)
      expect(auth.state).toEqual({ status: 'signed-in', scheme: 'basic', who: undefined })
    },
  )

  test('ends what was asked for before, which says nothing of the state any more', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const auth = createBrowserAuth({
      origin,
      vault: memoryVault(),
      fetch: (_, init) => {
        signals.push(init?.signal)
        return new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new TypeError('broke off')))
        })
      },
    })
    const asked = [auth.resume(), auth.signIn(USER), auth.signIn({ token: 'my-token' })].map(caught)
    await expect.poll(() => signals).toHaveLength(2)
    const code = 'ERR_SIGN_IN_SUPERSEDED'
    expect(await asked[1]).toMatchObject({ code })
    expect(auth.state).toMatchObject({ status: 'signing-in', scheme: 'token' })
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false])
    auth.dispose()
    expect([await asked[0], await asked[2]]).toEqual([undefined, expect.objectContaining({ code })])
    // Nor is it asked why there was no answer.
    expect(signals).toHaveLength(2)
  })
})

describe('where there is no answer', () => {
  afterEach(() => vi.unstubAllGlobals())

  test.each<[scheme: string, answered: string[], message: string, isOwn?: boolean]>([
    ['token', [], 'is the server up'],
    ['basic', ['no-cors'], 'lacks Access-Control-Allow-Origin'],
    ['token', ['no-cors', 'cors'], 'lacks Access-Control-Allow-Headers: authorization'],
    ['basic', ['no-cors', 'cors'], 'lacks Access-Control-Allow-Credentials: true'],
    ['basic', ['no-cors', 'cors'], 'broke off or redirects', true],
  ])(
    'to %s, and one to %j without the credential, it is said why: %s',
    async (scheme, answered, message, isOwn) => {
      if (isOwn) vi.stubGlobal('location', new URL(origin))
      const cause = new TypeError('Failed to fetch')
      const asked: unknown[] = []
      const send: typeof fetch = async (_, init) => {
        if (init?.mode) asked.push(init)
        if (!answered.includes(init?.mode ?? '')) throw cause
        return new Response()
      }
      const auth = createBrowserAuth({ origin, fetch: send, vault: memoryVault() })
      const error = await caught(auth.signIn(scheme === 'basic' ? USER : { token: 'my-token' }))
      expect(error).toMatchObject({
        code: 'ERR_UNREACHABLE',
        message: expect.stringContaining(message),
        cause,
      })
      const modes = answered.length > 0 && !isOwn ? ['no-cors', 'cors'] : ['no-cors']
      expect(asked).toEqual(modes.map((mode) => ({ mode, credentials: 'omit', cache: 'no-store' })))
    },
  )
})

describe('signIn with a token', () => {
  test('sends the token to the server and to no other origin', async () => {
    const { auth } = watch()
    await auth.signIn({ token: 'my-s3cret-token' })
    expect(auth.state).toEqual({ status: 'signed-in', scheme: 'token', who: WHO })
    await auth.fetch('/api/v2/buckets')
    await auth.fetch(new Request(`${origin}/api/v2/me`))
    await auth.fetch(origin.replace('127.0.0.1', 'localhost')).catch(() => undefined)
    expect(requests.slice(0, 3).map(({ headers }) => headers.authorization)).toEqual(
      Array(3).fill('Token my-s3cret-token'),
    )
    expect(requests[3]?.headers.authorization).toBeUndefined()
    expect(inspect(auth, { depth: 9, showHidden: true })).not.toContain('s3cret')
  })

  test('is not taken in by a URL that was put over a request’s own', async () => {
    const { auth } = watch()
    await auth.signIn({ token: 'my-s3cret-token' })
    const elsewhere = new Request(origin.replace('127.0.0.1', 'localhost'))
    Object.defineProperty(elsewhere, 'url', { value: `${origin}/` })
    await auth.fetch(elsewhere).catch(() => undefined)
    expect(requests.slice(1).map(({ headers }) => headers.authorization)).not.toContain(
      'Token my-s3cret-token',
    )
  })

  test.each(['two words', '', 'ä', 'a\n', undefined, 7])(
    'refuses %j, which is no token, before anything is sent',
    async (token) => {
      const { auth } = watch()
      expect(await caught(auth.signIn({ token: token as string }))).toMatchObject({
        name: 'CredentialsError',
      })
      expect([requests, auth.state.status]).toEqual([[], 'unknown'])
    },
  )

  test('refuses a token that the server does not know, and forgets it', async () => {
    const { auth } = watch()
    answers['/api/v2/me'] = [401, { code: 'unauthorized', message: 'unauthorized access' }]
    expect(await caught(auth.signIn({ token: 'wrong' }))).toMatchObject({ code: 'ERR_SIGN_IN_REFUSED' })
    await auth.fetch('/')
    expect(requests.at(-1)?.headers.authorization).toBeUndefined()
  })

  test.each([
    [401, { message: `read:users/${WHO.id} is unauthorized` }],
    [403, { message: 'insufficient permissions' }],
    [404, {}],
  ])('takes one that may not ask who it is, or whose server does not say: %d', async (status, body) => {
    const { auth } = watch()
    answers['/api/v2/me'] = [status, body]
    await auth.signIn({ token: 'my-token' })
    expect(auth.state).toEqual({ status: 'signed-in', scheme: 'token', who: undefined })
  })

  test('wants a vault, which may refuse it', async () => {
    const auth = createBrowserAuth({ origin })
    expect(await caught(auth.signIn({ token: 'my-token' }))).toMatchObject({ code: 'ERR_SIGN_IN_VAULT' })
    const hold = () => Promise.reject(new Error('full'))
    const other = createBrowserAuth({ origin, vault: () => ({ ...memoryVault()(origin, fetch), hold }) })
    expect(await caught(other.signIn({ token: 'my-token' }))).toEqual(new Error('full'))
    expect([requests, other.state.status]).toEqual([[], 'unknown'])
  })

  test('follows no redirect', async () => {
    const { auth } = watch()
    await auth.signIn({ token: 'my-token' })
    respond = (_, response) => response.writeHead(307, { location: '/elsewhere' }).end()
    expect(await caught(auth.fetch('/'))).toMatchObject({
      name: 'VaultError',
      code: 'ERR_VAULT_REDIRECT',
      message: expect.stringContaining('call the address that it leads to'),
    })
    expect(requests).toHaveLength(2)
  })
})

describe('a token that is gone with its worker', () => {
  /** A vault whose next requests fail when the test says so. */
  function fragile() {
    const held = memoryVault()(origin, fetch)
    const waiting: (() => void)[] = []
    let isFragile = false
    const breaks = () =>
      new Promise<Response>((_, reject) => {
        waiting.push(() => reject(new VaultError('ERR_VAULT_WORKER', 'The worker does not answer')))
      })
    const vault: Vault = { ...held, fetch: (input, init) => (isFragile ? breaks() : held.fetch(input, init)) }
    const auth = createBrowserAuth({ origin, vault: () => vault })
    return {
      auth,
      /** Sends a request that fails as the function is called that is returned. */
      ask() {
        isFragile = true
        const failed = caught(auth.fetch('/api/v2/buckets'))
        isFragile = false
        return async () => {
          for (const fail of waiting) fail()
          expect(await failed).toMatchObject({ code: 'ERR_VAULT_WORKER' })
        }
      },
    }
  }
  const expired = { status: 'expired', scheme: 'token', who: WHO }
  const signedIn = { status: 'signed-in', scheme: 'token', who: WHO }

  test('has expired: who it was may sign in again in place', async () => {
    const { auth, ask } = fragile()
    await auth.signIn({ token: 'my-s3cret' })
    await ask()()
    expect(auth.state).toEqual(expired)
    await auth.signIn({ token: 'my-s3cret' })
    expect(auth.state).toEqual(signedIn)
  })

  test('has expired also where the next one that is asked for is refused', async () => {
    const { auth, ask } = fragile()
    await auth.signIn({ token: 'my-s3cret' })
    const fail = ask()
    answers['/api/v2/me'] = [401]
    const next = caught(auth.signIn({ token: 'wrong-s3cret' }))
    await fail()
    expect(auth.state.status).toBe('signing-in')
    expect(await next).toMatchObject({ code: 'ERR_SIGN_IN_REFUSED' })
    expect(auth.state).toEqual(expired)
  })

  test('says nothing of one that came after it', async () => {
    const { auth, ask } = fragile()
    await auth.signIn({ token: 'my-s3cret' })
    const fail = ask()
    await auth.signIn({ token: 'next-s3cret' })
    await fail()
    expect(auth.state).toEqual(signedIn)
  })
})

describe('signOut', () => {
  test('ends the session on the server', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    await auth.signOut()
    expect(sent().at(-1)).toBe('POST /api/v2/signout')
    expect(states.slice(2)).toEqual([
      { status: 'signed-out', sessionLives: true },
      { status: 'signed-out', sessionLives: false },
    ])
    // One that was begun elsewhere since.
    expect(await auth.resume()).toMatchObject({ status: 'signed-in', who: WHO })
  })

  test('ends none that has ended: by this, or as the server said', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    await auth.signOut()
    await auth.signIn({ token: 'my-token' })
    await auth.signOut()
    answers['/api/v2/me'] = [401]
    await auth.resume()
    answers = { '/api/v2/me': [200, WHO], '/api/v2/signin': [401] }
    await caught(auth.signIn(USER))
    await auth.signIn({ token: 'my-token' })
    await auth.signOut()
    expect(sent().filter((line) => line.endsWith('signout'))).toHaveLength(1)
  })

  test('ends the session also where a token that was used since has expired', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    await auth.signIn({ token: 'my-token' })
    answers = { '/api/v2/me': [401], '/api/v2/buckets': [401] }
    await auth.fetch('/api/v2/buckets')
    await expect.poll(() => auth.state).toEqual({ status: 'expired', scheme: 'token', who: WHO })
    expect(await auth.resume()).toEqual({ status: 'expired', scheme: 'token', who: WHO })
    await auth.signOut()
    expect(sent().at(-1)).toBe('POST /api/v2/signout')
  })

  test('is content when the session had ended already', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    answers['/api/v2/signout'] = [401]
    await auth.signOut()
    expect(auth.state).toEqual({ status: 'signed-out', sessionLives: false })
  })

  test.each([500, 429, 0])(
    'forgets it here, and says that it lives on, where the server could not end it (%d)',
    async (status) => {
      const { auth } = watch()
      await auth.signIn(USER)
      if (status) answers['/api/v2/signout'] = [status]
      else respond = (request) => request.socket.destroy()
      expect(await caught(auth.signOut())).toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
      expect(auth.state).toEqual({ status: 'signed-out', sessionLives: true })
    },
  )

  test('forgets a token without asking anyone', async () => {
    const { auth } = watch()
    await auth.signIn({ token: 'my-token' })
    await auth.signOut()
    expect(requests).toHaveLength(1)
    await auth.fetch('/')
    expect(requests[1]?.headers.authorization).toBeUndefined()
  })

  test('ends a session also when a token was used since, and one that nobody has asked for', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    await auth.signIn({ token: 'my-token' })
    await auth.signOut()
    await watch().auth.signOut()
    expect(sent().filter((line) => line.endsWith('signout'))).toHaveLength(2)
  })
})

describe('resume', () => {
  test('asks once where the page and an element of it ask at a time, and tells both', async () => {
    const { auth } = watch()
    const state = { status: 'signed-in', scheme: 'basic', who: WHO }
    expect(await Promise.all([auth.resume(), auth.resume()])).toEqual([state, state])
    expect(sent()).toEqual(['GET /api/v2/me'])
    answers['/api/v2/me'] = [500]
    const other = watch().auth
    const errors = await Promise.all([caught(other.resume()), caught(other.resume())])
    expect(errors).toEqual([expect.any(SignInError), expect.any(SignInError)])
    expect(sent()).toHaveLength(2)
    answers['/api/v2/me'] = [200, WHO]
    expect(await other.resume()).toEqual(state)
  })

  test('asks anew where what was under way no longer counts', async () => {
    let release: ((response: Response) => void) | undefined
    const auth = createBrowserAuth({
      origin,
      vault: memoryVault(),
      // The first answer is late, and heeds no signal.
      fetch: (...args) =>
        release
          ? fetch(...args)
          : new Promise((resolve) => {
              release = resolve
            }),
    })
    const first = auth.resume()
    await caught(auth.signIn({ token: 'no token' }))
    const second = auth.resume()
    release?.(new Response(null, { status: 401 }))
    const state = { status: 'signed-in', scheme: 'basic', who: WHO }
    expect(await Promise.all([first, second])).toEqual([state, state])
  })

  test('takes up a session that the server still knows', async () => {
    const { auth } = watch()
    answers['/api/v2/me'] = [401]
    expect(await auth.resume()).toEqual({ status: 'signed-out', sessionLives: false })
    answers['/api/v2/me'] = [200, WHO]
    expect(await auth.resume()).toEqual({ status: 'signed-in', scheme: 'basic', who: WHO })
    await auth.resume()
    expect(requests).toHaveLength(2)
  })

  test.each([500, 429, 403, 0])('knows nothing where the server does not say (%d)', async (status) => {
    const { auth } = watch()
    if (status) answers['/api/v2/me'] = [status]
    else respond = (request) => request.socket.destroy()
    expect(await caught(auth.resume())).toBeInstanceOf(SignInError)
    expect(auth.state).toEqual({ status: 'unknown' })
  })
})

describe('a 401', () => {
  const BUCKETS = '/api/v2/buckets'
  beforeEach(() => {
    answers[BUCKETS] = [401]
  })

  test.each(['basic', 'token'])('of a permission ends nothing (%s)', async (scheme) => {
    const { auth } = watch()
    await (scheme === 'basic' ? auth.signIn(USER) : auth.signIn({ token: 'my-token' }))
    const { state } = auth
    expect((await auth.fetch(BUCKETS)).status).toBe(401)
    await expect.poll(() => sent().at(-1)).toBe('GET /api/v2/me')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(auth.state).toBe(state)
  })

  test.each([
    ['basic', [401]],
    ['token', [401, { message: 'unauthorized access' }]],
  ] as const)(
    'that /api/v2/me confirms expires the sign-in, and says whose it was (%s)',
    async (scheme, me) => {
      const { auth } = watch()
      await (scheme === 'basic' ? auth.signIn(USER) : auth.signIn({ token: 'my-token' }))
      answers['/api/v2/me'] = [...me]
      await Promise.all([auth.fetch(BUCKETS), auth.fetch(BUCKETS), auth.fetch(BUCKETS)])
      await expect.poll(() => auth.state).toEqual({ status: 'expired', scheme, who: WHO })
      expect(sent().filter((line) => line === 'GET /api/v2/me')).toHaveLength(2)
    },
  )

  test.each([500, 429, 403, 0])('that /api/v2/me does not confirm ends nothing (%d)', async (status) => {
    const { auth } = watch()
    await auth.signIn(USER)
    if (status) answers['/api/v2/me'] = [status]
    else {
      respond = ({ url, socket }, response) => {
        if (url === BUCKETS) response.writeHead(401).end()
        else socket.destroy()
      }
    }
    await auth.fetch(BUCKETS)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(auth.state.status).toBe('signed-in')
  })

  test('says nothing where nobody is signed in, or somebody is just signing in', async () => {
    const { auth } = watch()
    await auth.fetch(BUCKETS)
    await auth.signIn(USER)
    await Promise.all([auth.signIn(USER), auth.fetch(BUCKETS)])
    expect(auth.state.status).toBe('signed-in')
    expect(sent().filter((line) => line === 'GET /api/v2/me')).toHaveLength(2)
  })

  test('after dispose() is an answer as any other', async () => {
    const { auth } = watch()
    await auth.signIn(USER)
    answers['/api/v2/buckets'] = [401]
    auth.dispose()
    expect((await auth.fetch('/api/v2/buckets')).status).toBe(401)
    expect(auth.state.status).toBe('signed-in')
  })

  test('can be mended in place: who was signed in is known until somebody is again', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    answers['/api/v2/me'] = [401]
    await auth.fetch(BUCKETS)
    await expect.poll(() => auth.state.status).toBe('expired')
    answers['/api/v2/signin'] = [401]
    await caught(auth.signIn(USER))
    expect(auth.state).toEqual({ status: 'expired', scheme: 'basic', who: WHO })
    expect(states.at(-2)).toEqual({ status: 'signing-in', scheme: 'basic', who: WHO })
    answers = { '/api/v2/me': [200, { id: '2', name: 'other' }] }
    await auth.signIn(USER)
    expect(auth.state).toMatchObject({ status: 'signed-in', who: { id: '2' } })
  })
})

test('no-cors, which drops the header, and plain http to another machine are refused', async () => {
  const { auth } = watch()
  await auth.signIn({ token: 'my-token' })
  const mode = 'no-cors'
  for (const request of [auth.fetch('/', { mode }), auth.fetch(new Request(origin, { mode }))])
    expect(await caught(request)).toMatchObject({ code: 'ERR_FETCH_NO_CORS' })
  expect((await auth.fetch(origin.replace('127.0.0.1', 'localhost'), { mode })).status).toBe(204)
  for (const wrong of [
    'http://influx.example',
    'http://https:8086',
    'http://localhost.influx.example',
    'http://127.0.0.1.influx.example',
    'http://my-localhost',
    'localhost',
    'ftp://localhost',
    'blob:https://influx.example/1',
    '',
    8086,
  ]) {
    expect(() => createBrowserAuth({ origin: wrong as string })).toThrow(
      expect.objectContaining({ code: 'ERR_SIGN_IN_ORIGIN' }),
    )
  }
})

test.each(['basic', 'token'])(
  'a request is sent as it is (%s), and a lost network ends nothing',
  async (scheme) => {
    const { auth } = watch()
    expect(await caught(auth.fetch('http://127.0.0.1:1/'))).toBeInstanceOf(TypeError)
    await auth.signIn(scheme === 'basic' ? USER : { token: 'my-token' })
    const { state } = auth
    requests.length = 0
    await auth.fetch('/a', { method: 'PUT' })
    await auth.fetch(new Request(`${origin}/b`, { method: 'DELETE' }))
    expect(sent()).toEqual(['PUT /a', 'DELETE /b'])
    respond = (request) => request.socket.destroy()
    expect(await caught(auth.fetch('/'))).toMatchObject({ code: 'ERR_UNREACHABLE' })
    expect(auth.state).toBe(state)
  },
)

test('a cookie goes along for a session alone, and to its origin', async () => {
  const modes: unknown[] = []
  const send: typeof fetch = (input, init) => {
    if (String(input).endsWith('/x')) modes.push(init?.credentials)
    return fetch(input, init)
  }
  const auth = createBrowserAuth({ origin, fetch: send, vault: memoryVault() })
  await auth.fetch('/x')
  await auth.signIn(USER)
  await auth.fetch('/x')
  await auth.fetch(`${origin.replace('127.0.0.1', 'localhost')}/x`).catch(() => undefined)
  await auth.signIn({ token: 'my-token' })
  await auth.fetch('/x')
  await auth.signOut()
  await auth.fetch('/x')
  expect(modes).toEqual(['omit', 'include', 'omit', 'omit', 'omit'])
  await auth.signIn(USER)
  answers = { '/api/v2/me': [401], '/x': [401] }
  await auth.fetch('/x')
  await expect.poll(() => auth.state.status).toBe('expired')
  await auth.fetch('/x')
  expect(modes.slice(5)).toEqual(['include', 'omit'])
})

describe('subscribe', () => {
  test('calls at once, and no more after it was ended, or dispose()', async () => {
    const auth = createBrowserAuth({ origin, vault: memoryVault() })
    const [first, second] = [vi.fn(), vi.fn()]
    const end = auth.subscribe(first)
    auth.subscribe(second)
    end()
    await auth.signIn(USER)
    auth.dispose()
    expect(await caught(auth.signOut())).toMatchObject({ code: 'ERR_SIGN_IN_SUPERSEDED' })
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 3])
  })

  test('goes on for others where a listener throws', async () => {
    const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { auth, states } = watch()
    auth.subscribe(() => {
      throw new Error('mine')
    })
    auth.subscribe((state) => states.push(state))
    states.length = 0
    await auth.signIn(USER)
    expect(states.map(({ status }) => status)).toEqual(['signing-in', 'signing-in', 'signed-in', 'signed-in'])
    expect(complained).toHaveBeenCalledTimes(3)
    // A browser has a place for it.
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    await auth.signOut()
    vi.unstubAllGlobals()
    expect(reported.mock.lastCall).toEqual([new Error('mine')])
    expect(complained).toHaveBeenCalledTimes(3)
    complained.mockRestore()
  })

  test('tells nobody whom a listener has ended', async () => {
    const { auth } = watch()
    const told: string[] = []
    auth.subscribe(({ status }) => {
      if (status === 'signing-in') end()
      if (status === 'signed-in') auth.dispose()
    })
    const end = auth.subscribe(({ status }) => told.push(`ended: ${status}`))
    auth.subscribe(({ status }) => told.push(status))
    await auth.signIn(USER)
    expect(told).toEqual(['ended: unknown', 'unknown', 'signing-in'])
  })

  test('tells of a user who was renamed', async () => {
    const { auth, states } = watch()
    await auth.signIn(USER)
    answers['/api/v2/me'] = [200, { ...WHO, name: 'zoé' }]
    answers['/api/v2/buckets'] = [401]
    await auth.fetch('/api/v2/buckets')
    await expect.poll(() => states.at(-1)).toMatchObject({ status: 'signed-in', who: { name: 'zoé' } })
  })

  test('tells all where it ends, when a listener changes it', async () => {
    const auth = createBrowserAuth({ origin, vault: memoryVault() })
    const states: string[] = []
    auth.subscribe(({ status }) => {
      if (status === 'signed-in') void auth.signOut()
    })
    auth.subscribe(({ status }) => states.push(status))
    await auth.signIn({ token: 'my-token' })
    expect([auth.state.status, states]).toEqual(['signed-out', ['unknown', 'signing-in', 'signed-out']])
  })
})

test.each([{ orign: 'http://localhost' }, { fetch: 'fetch' }, { vault: {} }, { myvault: () => undefined }])(
  'refuses the options %j',
  (options) => {
    expect(() => createBrowserAuth(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_SIGN_IN_OPTION' }),
    )
  },
)

test('without a page there is a state, the same for all, and nothing is asked', () => {
  const vault = vi.fn()
  const auth = createBrowserAuth({ vault })
  expect(vault).not.toHaveBeenCalled()
  expect(auth.state).toBe(createBrowserAuth().state)
  expect(auth.state).toEqual({ status: 'unknown' })
  expect(() => defineSignIn(auth)).not.toThrow()
  // Nor is an element defined a second time, at which a page would throw.
  const define = vi.fn()
  vi.stubGlobal('customElements', { get: () => Object, define })
  defineSignIn(auth)
  vi.unstubAllGlobals()
  expect(define).not.toHaveBeenCalled()
})
