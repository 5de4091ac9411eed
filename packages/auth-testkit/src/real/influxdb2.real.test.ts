// What this toolkit relies on in InfluxDB 2, seen on a running one, with tokens as they come and with hashed ones.

import { encodeBasic, encodeBearer, encodeToken, parseChallenges } from '@fluxauth/auth-core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeReal, type RunningInfluxdb2, startInfluxdb2 } from './index.ts'

const PASSWORD = 'p:ä ß€-Long1'

interface Authorization {
  readonly id: string
  readonly token: string
  readonly status: string
}

describeReal('InfluxDB 2', ['influxdb2'], () => {
  describe.each([
    ['with tokens as they come', false],
    ['with hashed tokens', true],
  ])('%s', (_, hashedTokens) => {
    let server: RunningInfluxdb2
    beforeAll(async () => {
      server = await startInfluxdb2({ username: 'zoë', password: PASSWORD, hashedTokens })
    })
    afterAll(() => server?.stop())

    const call = (path: string, authorization?: string, init: RequestInit = {}) =>
      fetch(server.url + path, {
        ...init,
        headers: { ...(authorization ? { authorization } : {}), ...(init.headers as object) },
      })
    const operator = () => encodeToken(server.token)
    const post = async <T>(path: string, body: unknown, authorization = operator()): Promise<T> => {
      const response = await call(path, authorization, { method: 'POST', body: JSON.stringify(body) })
      expect(response.status).toBe(201)
      return (await response.json()) as T
    }
    const createToken = (...permissions: readonly object[]) =>
      post<Authorization>('/api/v2/authorizations', { orgID: server.orgID, permissions })
    const readBuckets = () => ({ action: 'read', resource: { type: 'buckets', orgID: server.orgID } })
    const readSelf = () => ({ action: 'read', resource: { type: 'users', id: server.userID } })
    const messageOf = async (response: Response) => [
      response.status,
      ((await response.json()) as { message: string }).message,
    ]
    const signIn = (username: string, password: string) =>
      call('/api/v2/signin', encodeBasic(username, password), { method: 'POST' })
    const sessionOf = (response: Response) =>
      (response.headers.getSetCookie()[0] ?? '').split(';', 1)[0] ?? ''

    describe('a token', () => {
      test('is taken as we write it, as Token and as Bearer', async () => {
        expect((await call('/api/v2/me', operator())).status).toBe(200)
        expect((await call('/api/v2/me', encodeBearer(server.token))).status).toBe(200)
        expect(server.token).toHaveLength(88)
      })

      test.each([
        ['the word in lower case', (token: string) => `token ${token}`, 200],
        ['the word in upper case', (token: string) => `TOKEN ${token}`, 200],
        ['two spaces', (token: string) => `Token  ${token}`, 401],
        ['a tab', (token: string) => `Token\t${token}`, 401],
        ['no word', (token: string) => token, 401],
        ['blanks at its end', (token: string) => `Token ${token}  `, 200],
        ['quotes', (token: string) => `Token "${token}"`, 401],
      ])('with %s', async (_, value, status) => {
        expect((await call('/api/v2/me', value(server.token))).status).toBe(status)
      })

      test('that is unknown is refused without a challenge, in a JSON body with a code', async () => {
        const response = await call('/api/v2/me', encodeToken('unknown'))
        expect(response.status).toBe(401)
        expect(parseChallenges(response.headers.get('www-authenticate') ?? '')).toEqual([])
        expect(response.headers.get('x-platform-error-code')).toBe('unauthorized')
        expect(await response.json()).toEqual({ code: 'unauthorized', message: 'unauthorized access' })
      })

      test('that is good but lacks a permission is refused with 401 as well, by a message of its own', async () => {
        const { token } = await createToken(readBuckets())
        expect(await messageOf(await call('/api/v2/me', encodeToken(token)))).toEqual([
          401,
          `read:users/${server.userID} is unauthorized`,
        ])
        expect((await call('/api/v2/buckets', encodeToken(token))).status).toBe(200)
      })

      test('that is inactive sees an empty list, and is named where one thing is asked for', async () => {
        const { id, token } = await createToken(readBuckets(), readSelf())
        const body = JSON.stringify({ status: 'inactive' })
        expect(
          (await call(`/api/v2/authorizations/${id}`, operator(), { method: 'PATCH', body })).status,
        ).toBe(200)
        const list = await call('/api/v2/buckets', encodeToken(token))
        expect([list.status, await list.json()]).toMatchObject([200, { buckets: [] }])
        expect(await messageOf(await call('/api/v2/me', encodeToken(token)))).toEqual([
          401,
          'token is inactive',
        ])
      })

      test('is shown when it is made, and later only where it is not hashed', async () => {
        const made = await createToken(readBuckets())
        const read = (await (
          await call(`/api/v2/authorizations/${made.id}`, operator())
        ).json()) as Authorization
        expect(made.token).toHaveLength(88)
        expect(read.token).toBe(hashedTokens ? '' : made.token)
      })

      test('is no filter of a list of authorizations: all are listed', async () => {
        const { token } = await createToken(readBuckets())
        const list = async (query: string) =>
          ((await (await call(`/api/v2/authorizations${query}`, operator())).json()) as Record<string, []>)
            .authorizations?.length
        expect(await list(`?${new URLSearchParams({ token })}`)).toBe(await list(''))
        expect(await list('')).toBeGreaterThan(1)
      })
    })

    describe('Basic', () => {
      test('signs in with a password of any characters, and the cookie is a session until it is ended', async () => {
        const response = await signIn(server.username, PASSWORD)
        expect(response.status).toBe(204)
        expect(response.headers.getSetCookie()[0]).toMatch(
          /^influxdb-oss-session=.+; Path=\/api\/; Expires=.+; HttpOnly; SameSite=Strict$/,
        )
        const headers = { cookie: sessionOf(response) }
        expect(await (await call('/api/v2/me', undefined, { headers })).json()).toMatchObject({ name: 'zoë' })
        const signOut = () => call('/api/v2/signout', undefined, { method: 'POST', headers })
        expect((await signOut()).status).toBe(204)
        expect((await signOut()).status).toBe(401)
        expect((await call('/api/v2/me', undefined, { headers })).status).toBe(401)
      })

      test('is taken for signing in alone, and by POST alone', async () => {
        const right = encodeBasic(server.username, PASSWORD)
        expect((await call('/api/v2/me', right)).status).toBe(401)
        expect((await call('/api/v2/signin', right)).status).toBe(401)
        expect(await messageOf(await signIn(server.username, 'wrong-password'))).toEqual([
          401,
          'unauthorized access',
        ])
        expect((await call('/api/v2/me', encodeBasic(server.username, server.token))).status).toBe(401)
      })

      test('in Latin-1 is no right one where the name or the password is not ASCII', async () => {
        const value = encodeBasic(server.username, 'pä-longer', { charset: 'latin1' })
        expect((await call('/api/v2/signin', value, { method: 'POST' })).status).toBe(401)
      })

      test('beside a session counts as none, and a token beside a session wins', async () => {
        const headers = { cookie: sessionOf(await signIn(server.username, PASSWORD)) }
        expect((await call('/api/v2/me', encodeBasic('proxy', 'secret'), { headers })).status).toBe(200)
        expect((await call('/api/v2/me', encodeToken('unknown'), { headers })).status).toBe(401)
      })

      test('with a cookie changes the password, which has 8 to 72 bytes', async () => {
        const { id } = await post<{ id: string }>('/api/v2/users', { name: 'mara' })
        const set = (password: string) =>
          call(`/api/v2/users/${id}/password`, operator(), {
            method: 'POST',
            body: JSON.stringify({ password }),
          })
        expect((await set('7 bytes')).status).toBe(400)
        expect((await set('€'.repeat(25))).status).toBe(400)
        expect((await set('first-password')).status).toBe(204)
        const headers = { cookie: sessionOf(await signIn('mara', 'first-password')) }
        const change = (old: string) =>
          call('/api/v2/me/password', encodeBasic('anybody', old), {
            method: 'PUT',
            headers,
            body: JSON.stringify({ password: 'second-password' }),
          })
        expect(await messageOf(await change('wrong-password'))).toEqual([
          403,
          'your username or password is incorrect',
        ])
        expect((await change('first-password')).status).toBe(204)
        expect((await signIn('mara', 'first-password')).status).toBe(401)
      })

      test('of an inactive user signs in, and the session is refused with 403', async () => {
        const { id } = await post<{ id: string }>('/api/v2/users', { name: 'ines' })
        const body = JSON.stringify({ password: 'some-password' })
        await call(`/api/v2/users/${id}/password`, operator(), { method: 'POST', body })
        const inactive = JSON.stringify({ status: 'inactive' })
        await call(`/api/v2/users/${id}`, operator(), { method: 'PATCH', body: inactive })
        const response = await signIn('ines', 'some-password')
        expect(response.status).toBe(204)
        const headers = { cookie: sessionOf(response) }
        expect(await messageOf(await call('/api/v2/me', undefined, { headers }))).toEqual([
          403,
          'User is inactive',
        ])
      })
    })

    describe('the v1-compatible endpoint', () => {
      const query = (authorization?: string, parameters: Record<string, string> = {}) =>
        call(
          `/query?${new URLSearchParams({ db: 'weather', q: 'SHOW DATABASES', ...parameters })}`,
          authorization,
        )

      test('takes a token as Token in exact case, as the password of Basic with any name, and as p beside u', async () => {
        expect((await query(operator())).status).toBe(200)
        expect((await query(encodeBasic('anybody', server.token))).status).toBe(200)
        expect((await query(encodeBasic('', server.token))).status).toBe(200)
        expect((await query(undefined, { u: 'anybody', p: server.token })).status).toBe(200)
        expect((await query(`token ${server.token}`)).status).toBe(401)
      })

      test.each([
        ['Bearer', () => encodeBearer(server.token)],
        ['a user’s password', () => encodeBasic(server.username, PASSWORD)],
      ])('takes no %s', async (_, value) => {
        expect((await query(value())).status).toBe(401)
      })

      test('takes no session, and refuses a credential by a word of its own', async () => {
        const headers = { cookie: sessionOf(await signIn(server.username, PASSWORD)) }
        expect((await call('/query?db=weather&q=SHOW+DATABASES', undefined, { headers })).status).toBe(401)
        expect(await messageOf(await query(encodeToken('unknown')))).toEqual([401, 'Unauthorized'])
      })
    })

    test('tells by /api/v2/setup what it is, without a credential and to pages of others', async () => {
      const response = await call('/api/v2/setup', undefined, { headers: { origin: 'https://app.example' } })
      expect([response.status, await response.json()]).toEqual([200, { allowed: false }])
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
      const ping = await call('/ping')
      expect([ping.status, ping.headers.get('x-influxdb-build')]).toEqual([204, 'OSS'])
    })

    test('Flux’s http.basicAuth() and encodeBasic write the same, over 50 credentials', async () => {
      const character = fc.constantFrom(...'aZ09 !"\\$#%&/()=?{}[]<>|~^+*äöüßéñ€日本🙂')
      const username = fc.string({ unit: character, maxLength: 12 })
      const password = fc.string({ unit: fc.oneof(character, fc.constant(':')), maxLength: 24 })
      const pairs = fc.sample(fc.tuple(username, password), 50)
      const rows = pairs.map(
        ([u, p], row) => `{row: ${row}, value: http.basicAuth(u: ${flux(u)}, p: ${flux(p)})}`,
      )
      const script = `import "array"\nimport "http"\narray.from(rows: [${rows.join(', ')}])`
      const response = await call(`/api/v2/query?orgID=${server.orgID}`, operator(), {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.flux' },
        body: script,
      })
      const csv = await response.text()
      expect(response.status, csv).toBe(200)
      const values = csv.split('\r\n').flatMap((line) => /,(\d+),(Basic .*)$/.exec(line)?.[2] ?? [])
      expect(values).toEqual(pairs.map(([u, p]) => encodeBasic(u, p)))
    })
  })
})

/** A string of Flux: what means something in one is written as a byte. */
function flux(text: string): string {
  const escaped = text.replace(/[\\"${}]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`)
  return `"${escaped}"`
}
