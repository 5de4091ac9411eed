// What becomes of a user's tokens and sessions when the user is changed.

import { encodeBasic } from '@fluxauth/auth-core'
import { scryptPasswords } from '@fluxauth/auth-node/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SampleServer, startServer } from './app.ts'
import { caller } from './calling.ts'

let server: SampleServer
let call: ReturnType<typeof caller>
let orgID: string
beforeAll(async () => {
  server = await startServer({ passwords: scryptPasswords({ cost: 1024, parallelization: 1 }) })
  call = caller(server.origin, server.credentials.token)
  const { body } = await call({ path: '/api/v2/orgs' })
  orgID = (body as { orgs: { id: string }[] }).orgs[0]?.id ?? ''
})
afterAll(() => server.stop())

const PASSWORD = 'p:ä ß€ secret'

/** A token of a user, for one thing. */
async function makeToken(userID: string, resource: Readonly<Record<string, string>>) {
  const permissions = [{ action: 'read', resource }]
  const made = await call({
    method: 'POST',
    path: '/api/v2/authorizations',
    body: { orgID, userID, permissions },
  })
  return (made.body as { token: string }).token
}

/** A user with a password and a token. */
async function addUser(name: string) {
  const { body } = await call({ method: 'POST', path: '/api/v2/users', body: { name } })
  const { id } = body as { id: string }
  await call({ method: 'POST', path: `/api/v2/users/${id}/password`, body: { password: PASSWORD } })
  return { id, path: `/api/v2/users/${id}`, token: await makeToken(id, { type: 'users', id }) }
}

const signIn = (name: string, password = PASSWORD) =>
  call({
    method: 'POST',
    path: '/api/v2/signin',
    token: '',
    headers: { authorization: encodeBasic(name, password) },
  })

async function startSession(name: string, password = PASSWORD): Promise<string> {
  const { headers } = await signIn(name, password)
  return headers.get('set-cookie')?.split(';', 1)[0] ?? ''
}

const me = async (how: { token: string } | { cookie: string }) => {
  const headers = 'cookie' in how ? { cookie: how.cookie } : {}
  const { status, body } = await call({ path: '/api/v2/me', token: '', ...how, headers })
  return [status, (body as { name?: string }).name]
}

test('another name: the token and the session are good, and the old name signs in no more', async () => {
  const { path, token } = await addUser('mia')
  const cookie = await startSession('mia')
  expect((await call({ method: 'PATCH', path, body: { name: 'mïa' } })).status).toBe(200)
  expect(await me({ token })).toEqual([200, 'mïa'])
  expect(await me({ cookie })).toEqual([200, 'mïa'])
  expect([(await signIn('mia')).status, (await signIn('mïa')).status]).toEqual([401, 204])
  const { body } = await call({ path: '/api/v2/authorizations?user=m%C3%AFa' })
  expect((body as { authorizations: { user: string }[] }).authorizations.map(({ user }) => user)).toEqual([
    'mïa',
  ])
})

test('inactive: nothing is good until active again', async () => {
  const { path, token } = await addUser('kim')
  const cookie = await startSession('kim')
  const setStatus = (status: string) => call({ method: 'PATCH', path, body: { status } })
  await setStatus('inactive')
  expect([await me({ token }), await me({ cookie }), (await signIn('kim')).status]).toEqual([
    [403, undefined],
    [403, undefined],
    403,
  ])
  await setStatus('active')
  expect([await me({ token }), await me({ cookie }), (await signIn('kim')).status]).toEqual([
    [200, 'kim'],
    [200, 'kim'],
    204,
  ])
})

test('deleted: nothing is good, and a new user of that name has none of it', async () => {
  const { path, token } = await addUser('kai')
  const cookie = await startSession('kai')
  expect((await call({ method: 'DELETE', path })).status).toBe(204)
  await addUser('kai')
  expect(await me({ token })).toEqual([403, undefined])
  expect(await me({ cookie })).toEqual([401, undefined])
})

test('a new password ends the other sessions, and is asked for from then on', async () => {
  const { path } = await addUser('lea')
  const [own, other] = [await startSession('lea'), await startSession('lea')]
  const change = {
    method: 'PUT',
    path: `${path}/password`,
    token: '',
    headers: { cookie: own, authorization: encodeBasic('', PASSWORD) },
    body: { password: 'another-one' },
  }
  expect((await call(change)).status).toBe(204)
  expect([await me({ cookie: own }), await me({ cookie: other })]).toEqual([
    [200, 'lea'],
    [401, undefined],
  ])
  expect([(await signIn('lea')).status, (await signIn('lea', 'another-one')).status]).toEqual([401, 204])
})

test('a stolen session does not find out the password: attempts are limited as those to sign in', async () => {
  const { path } = await addUser('ben')
  const cookie = await startSession('ben')
  const statuses = new Set<number>()
  for (let tried = 0; tried < 12; tried++) {
    const headers = { cookie, authorization: encodeBasic('ben', `guess ${tried}`) }
    const body = { password: 'mine-from-now-on' }
    statuses.add((await call({ method: 'PUT', path: `${path}/password`, token: '', headers, body })).status)
  }
  expect(statuses).toEqual(new Set([403, 429]))
})

test('another site’s page changes no password', async () => {
  const { path } = await addUser('eve')
  const cookie = await startSession('eve')
  const headers = { cookie, authorization: encodeBasic('eve', PASSWORD), origin: 'https://evil.example' }
  const body = { password: 'mine-from-now-on' }
  expect((await call({ method: 'PUT', path: `${path}/password`, token: '', headers, body })).status).toBe(401)
})

test('nobody changes another’s password with their own', async () => {
  const [, other] = [await addUser('ann'), await addUser('bob')]
  const cookie = await startSession('ann')
  const headers = { cookie, authorization: encodeBasic('ann', PASSWORD) }
  const body = { password: 'mine-from-now-on' }
  const put = { method: 'PUT', path: `${other.path}/password`, token: '', headers, body }
  expect((await call(put)).status).toBe(403)
})

test('a token for something else neither sees the sessions of whoever it is of, nor ends one', async () => {
  const { id } = await addUser('ivy')
  const cookie = await startSession('ivy')
  const token = await makeToken(id, { type: 'buckets', orgID })
  const listed = await call({ path: '/api/v2/sessions', token: '', headers: { cookie } })
  const { sessions } = listed.body as { sessions: { id: string; isThis: boolean }[] }
  expect(sessions).toMatchObject([{ isThis: true }])
  const path = `/api/v2/sessions/${sessions[0]?.id}`
  expect((await call({ path: '/api/v2/sessions', token })).status).toBe(403)
  expect((await call({ method: 'DELETE', path, token })).status).toBe(403)
  expect(await me({ cookie })).toEqual([200, 'ivy'])
  expect((await call({ method: 'DELETE', path, token: '', headers: { cookie } })).status).toBe(204)
  expect((await me({ cookie }))[0]).toBe(401)
})
