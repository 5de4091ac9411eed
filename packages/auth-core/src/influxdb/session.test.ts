// Signing in, with the answers that InfluxDB 2.8.0 was recorded to give.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { encodeBasic } from '../index.ts'
import { checkToken, type Influx, influxApi, me, type Session, signIn, signOut } from './index.ts'
import {
  fakeFetch,
  ME,
  type Reply,
  refusal,
  type Sent,
  UNAUTHORIZED,
  URL_OF_FAKE as url,
} from './testing/fake-fetch.ts'

const JOE = { username: 'zoë', password: 'open sesame' }
const KEY = 'Bs1VH52y_s3cret-aTVfFiNX4ynAWiOrqHkHp09w0EMKVhZ_YG-w=='
const COOKIE = `influxdb-oss-session=${KEY}`
const SET_COOKIE = `${COOKIE}; Path=/api/; Expires=Wed, 25 Nov 2026 17:57:55 GMT; HttpOnly; SameSite=Strict`
const INACTIVE = refusal(403, 'forbidden', 'User is inactive')

/** A server that lets Zoë in; `changed` answers before it. */
function fake(changed: Readonly<Record<string, Reply>> = {}) {
  return fakeFetch((sent: Sent) => {
    const { path, headers } = sent
    if (changed[path]) return changed[path]
    if (path === '/api/v2/signin') {
      return headers.authorization === encodeBasic(JOE.username, JOE.password)
        ? [204, undefined, { 'set-cookie': SET_COOKIE }]
        : UNAUTHORIZED
    }
    if (headers.cookie !== COOKIE) return UNAUTHORIZED
    return path === '/api/v2/me' ? [200, ME] : [204]
  })
}

describe('signIn', () => {
  test('gives a session: who it is, and the cookie as it came, which nothing shows', async () => {
    const fetch = fake()
    const influx = influxApi({ url, fetch })
    const session = await signIn(influx, JOE)
    expect(session).toMatchObject({ user: { name: 'zoë', status: 'active' }, origin: url, keptBy: 'program' })
    expect(session.cookie()).toBe(COOKIE)
    const signedIn = influx.as(session)
    expect(await me(signedIn)).toMatchObject({ id: ME.id })
    for (const holder of [session, signedIn, influxApi({ url, credentials: session })]) {
      expect(inspect(holder, { depth: 9, showHidden: true }) + JSON.stringify(holder)).not.toContain(KEY)
    }
    expect(
      fetch.sent.map(({ method, headers }) => [method, headers.authorization ?? headers.cookie]),
    ).toEqual([
      ['POST', encodeBasic(JOE.username, JOE.password)],
      ['GET', COOKIE],
      ['GET', COOKIE],
    ])
  })

  test('refused with 401 is a wrong name or password', async () => {
    const call = signIn(influxApi({ url, fetch: fake() }), { ...JOE, password: 'wrong' })
    await expect(call).rejects.toMatchObject({
      reason: 'credential',
      message: expect.stringContaining('a wrong password'),
    })
    await expect(me(influxApi({ url, fetch: fake() }))).rejects.toThrow('No credential')
  })

  test('of an inactive user is refused, though the server says 204, and leaves no session', async () => {
    const fetch = fake({ '/api/v2/me': INACTIVE })
    await expect(signIn(influxApi({ url, fetch }), JOE)).rejects.toMatchObject({ reason: 'user-inactive' })
    expect(fetch.sent.at(-1)).toMatchObject({
      method: 'POST',
      path: '/api/v2/signout',
      headers: { cookie: COOKIE },
    })
    // What became of that is not what is told.
    const broken = fake({ '/api/v2/me': INACTIVE, '/api/v2/signout': [500] })
    await expect(signIn(influxApi({ url, fetch: broken }), JOE)).rejects.toMatchObject({
      reason: 'user-inactive',
    })
  })

  test('with a password that has to be changed says so', async () => {
    const answer = refusal(
      403,
      'forbidden',
      'password change required\npasswords must contain at least three of …',
    )
    const call = signIn(influxApi({ url, fetch: fake({ '/api/v2/signin': answer }) }), JOE)
    await expect(call).rejects.toMatchObject({ reason: 'password-change' })
  })

  test('does not show the password, whatever the server repeats', async () => {
    const { password } = JOE
    const [, base64 = ''] = encodeBasic(JOE.username, password).split(' ')
    const fetch = fake({ '/api/v2/signin': refusal(400, password, `${base64} is ${password}`) })
    const error = await signIn(influxApi({ url, fetch }), JOE).catch((error) => error)
    expect(inspect(error)).not.toContain(password)
    expect(inspect(error)).not.toContain(base64)
  })

  test('refuses a name that no header can carry, before anything is sent', async () => {
    const fetch = fake()
    const call = signIn(influxApi({ url, fetch }), { username: 'a:b', password: 'x' })
    await expect(call).rejects.toMatchObject({ code: 'ERR_USERNAME_COLON' })
    expect(fetch.sent).toHaveLength(0)
  })

  test('where a browser keeps the cookie says so, and has it sent along', async () => {
    const fetch = fakeFetch(({ path }) => (path === '/api/v2/me' ? [200, ME] : [204]))
    const influx = influxApi({ url, fetch })
    const session = await signIn(influx, JOE)
    expect([session.keptBy, session.cookie()]).toEqual(['browser', undefined])
    await me(influx.as(session))
    await me(influx.as('a-token'))
    expect(fetch.sent.map(({ init }) => init.credentials)).toEqual([
      'include',
      'include',
      'include',
      undefined,
    ])
    expect(fetch.sent.some(({ headers }) => 'cookie' in headers)).toBe(false)
  })

  test('whose cookie is lost on its way is no session', async () => {
    const fetch = fakeFetch(({ path }) => (path === '/api/v2/signin' ? [204] : UNAUTHORIZED))
    await expect(signIn(influxApi({ url, fetch }), JOE)).rejects.toMatchObject({ code: 'ERR_INFLUX_ANSWER' })
  })

  test('that comes to nothing for another reason says which', async () => {
    const busy = fakeFetch(({ path }) => (path === '/api/v2/signin' ? [204] : [503]))
    await expect(signIn(influxApi({ url, fetch: busy }), JOE)).rejects.toMatchObject({ reason: 'server' })
    const refused = fake({ '/api/v2/me': UNAUTHORIZED })
    await expect(signIn(influxApi({ url, fetch: refused }), JOE)).rejects.toMatchObject({
      reason: 'credential',
    })
  })

  test('ends with its signal while it asks who that is, and leaves no session', async () => {
    const controller = new AbortController()
    const fetch = fakeFetch(({ path }) => {
      if (path !== '/api/v2/me') return [204, undefined, { 'set-cookie': SET_COOKIE }]
      controller.abort(new Error('enough'))
      return new Promise(() => undefined)
    })
    const call = signIn(influxApi({ url, fetch, timeout: 0.5 }), JOE, { signal: controller.signal })
    await expect(call).rejects.toThrow('enough')
    expect(fetch.sent.at(-1)?.path).toBe('/api/v2/signout')
  })

  test('finds the cookie where a fetch cannot tell several apart, and there may be none', async () => {
    for (const set of [SET_COOKIE, null]) {
      const fetch = async (input: string) => ({
        status: input.endsWith('me') ? 200 : 204,
        headers: { get: (name: string) => (name === 'set-cookie' ? set : null) },
        text: async () => (input.endsWith('me') ? JSON.stringify(ME) : ''),
      })
      const session = await signIn(influxApi({ url, fetch }), JOE)
      expect(session.cookie()).toBe(set === null ? undefined : COOKIE)
    }
  })

  test('takes along what a proxy sets beside it, and not what it deletes', async () => {
    const fetch = Object.assign(async (input: string) => {
      const response = new Response(input.endsWith('me') ? JSON.stringify(ME) : null, {
        status: input.endsWith('me') ? 200 : 204,
      })
      response.headers.append('set-cookie', 'node=3; Path=/')
      response.headers.append('set-cookie', 'old=; Max-Age=0')
      response.headers.append('set-cookie', SET_COOKIE)
      return response
    })
    expect((await signIn(influxApi({ url, fetch }), JOE)).cookie()).toBe(`node=3; ${COOKIE}`)
  })
})

test('a session goes to its own server alone', async () => {
  const session = await signIn(influxApi({ url, fetch: fake() }), JOE)
  const other = 'http://127.0.0.1:8087'
  for (const run of [
    () => influxApi({ url: other, credentials: session }),
    () => influxApi({ url: other }).as(session),
  ]) {
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_TARGET_ORIGIN' }))
  }
})

describe('signOut', () => {
  const connect = async (changed: Readonly<Record<string, Reply>>): Promise<Influx> => {
    const session: Session = await signIn(influxApi({ url, fetch: fake() }), JOE)
    return influxApi({ url, fetch: fake(changed), credentials: session })
  }

  test('ends the session; where it was over already, it says so', async () => {
    expect(await signOut(await connect({}))).toBe(true)
    expect(await signOut(await connect({ '/api/v2/signout': UNAUTHORIZED }))).toBe(false)
  })

  test('is for a browser to say whose, where it keeps the cookie', async () => {
    const fetch = fakeFetch(() => [204])
    expect(await signOut(influxApi({ url, fetch }))).toBe(true)
    expect(fetch.sent).toMatchObject([
      { method: 'POST', path: '/api/v2/signout', init: { credentials: 'include' } },
    ])
  })

  test('that fails leaves it alive, and throws', async () => {
    const broken = await connect({ '/api/v2/signout': [503, '<html>'] })
    await expect(signOut(broken)).rejects.toMatchObject({ reason: 'server' })
  })

  test('is nothing that a token can do', async () => {
    const fetch = fake()
    await expect(signOut(influxApi({ url, fetch, credentials: 'a-token' }))).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
    })
    expect(fetch.sent).toHaveLength(0)
  })
})

describe('checkToken', () => {
  test.each<[string, Reply, object]>([
    ['good, and whose', [200, ME], { state: 'good', user: { id: ME.id, name: 'zoë' } }],
    [
      'good, though it may not say who',
      refusal(401, 'unauthorized', 'read:users/11b0c4bcb7a37000 is unauthorized'),
      { state: 'good', user: { id: '11b0c4bcb7a37000' } },
    ],
    ['inactive', refusal(401, 'unauthorized', 'token is inactive'), { state: 'inactive' }],
    ['unknown', UNAUTHORIZED, { state: 'unknown' }],
    ['of a user who is inactive or deleted', INACTIVE, { state: 'user-inactive' }],
  ])('finds a token that is %s', async (_, reply, found) => {
    const fetch = fakeFetch(() => reply)
    const influx = influxApi({ url, fetch, credentials: 'own' })
    expect(await checkToken(influx, 'a-token')).toEqual(found)
    expect(await checkToken(influx)).toEqual(found)
    expect(fetch.sent.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/v2/me', 'Token a-token'],
      ['/api/v2/me', 'Token own'],
    ])
  })

  test('is not told that the own token is good, where the one to check is a variable that is not set', async () => {
    const fetch = fakeFetch(() => [200, ME])
    const call = checkToken(influxApi({ url, fetch, credentials: 'own' }), undefined)
    await expect(call).rejects.toMatchObject({ code: 'ERR_CREDENTIALS_TYPE' })
    expect(fetch.sent).toHaveLength(0)
  })

  test.each<[Reply, string]>([
    [[404, '404 page not found'], 'not-found'],
    [[500, '{"code":"internal error","message":"x"}'], 'server'],
    // A proxy's page: whether the token is good nobody was asked.
    [[403, '<html><h1>403 Forbidden</h1></html>'], 'permission'],
    [[401, '<html>401 Authorization Required</html>'], 'credential'],
  ])('says nothing of a token where %j', async (reply, reason) => {
    const influx = influxApi({ url, fetch: fakeFetch(() => reply) })
    await expect(checkToken(influx, 'a-token')).rejects.toMatchObject({ reason })
  })
})

test('a server that repeats what was sent to sign in has it shown to nobody', async () => {
  const sent = encodeBasic(JOE.username, JOE.password)
  for (const repeated of [sent, sent.slice(6), `x${sent.slice(6)}x`, JOE.password]) {
    const fetch = fake({ '/api/v2/signin': refusal(400, 'invalid', `got ${repeated}`) })
    const error = await signIn(influxApi({ url, fetch }), JOE).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_INFLUX_REFUSED' })
    const shown = inspect(error, { showHidden: true })
    expect(shown).not.toContain(sent.slice(6))
    expect(shown).not.toContain(JOE.password)
  }
})

test.each([{ id: '1f' }, { name: 'zoë' }, { id: 1, name: 'zoë' }, 'zoë', null])(
  'who has no id and no name is nobody: %j',
  async (answer) => {
    const fetch = fakeFetch(() => [200, answer])
    const asked = me(influxApi({ url, fetch, credentials: 'a-token' }))
    await expect(asked).rejects.toMatchObject({ code: 'ERR_INFLUX_ANSWER' })
  },
)

test('who has no status is active', async () => {
  const fetch = fakeFetch(() => [200, { id: '1f', name: 'zoë' }])
  const user = await me(influxApi({ url, fetch, credentials: 'a-token' }))
  expect(user).toEqual({ id: '1f', name: 'zoë', status: 'active' })
})
