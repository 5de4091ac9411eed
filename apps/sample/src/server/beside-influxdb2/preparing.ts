// What a recorded request needs before it can be sent again: tokens, a second user, sessions, and what happened to them.

import { encodeBasic } from '@fluxauth/auth-core'
import { ask } from './asking.ts'
import { placeholders, type Recorded, type Values } from './recorded.ts'

/** A server with its operator, and what it calls what is there from the start. */
export interface Prepared {
  readonly origin: string
  /** Of what all requests have: the operator, the organization, the bucket, the passwords. */
  readonly values: Values
}

interface Grant {
  readonly action: string
  readonly type: string
  readonly id?: string | undefined
}

const SELF: readonly Grant[] = ['read', 'write'].flatMap((action) => [
  { action, type: 'authorizations' },
  { action, type: 'users', id: 'USER_ID' },
])
/** What the tokens are for, by the first part of their placeholders' names. */
const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  OTHER: [{ action: 'read', type: 'telegrafs' }],
  READER: [{ action: 'read', type: 'buckets' }],
  INACTIVE: [{ action: 'read', type: 'buckets' }],
  NEW: [{ action: 'read', type: 'buckets' }],
  ONE_BUCKET: [{ action: 'read', type: 'buckets', id: 'BUCKET_ID' }],
  WRITER: [{ action: 'write', type: 'buckets', id: 'BUCKET_ID' }],
  MAKER: [{ action: 'read', type: 'authorizations' }],
  MAKER2: [
    { action: 'read', type: 'authorizations' },
    { action: 'read', type: 'users', id: 'USER_ID' },
  ],
  SELF,
  SELF2: SELF,
  MIA: [{ action: 'read', type: 'buckets', id: 'BUCKET_ID' }],
}

/** Makes what stands for the placeholders of a request, and brings about what was given. */
export async function prepare(server: Prepared, row: Recorded): Promise<Values> {
  const values: Record<string, string> = { ...server.values }
  const { given = '' } = row
  const names = placeholders(row)
  const call = async (method: string, path: string, body: unknown, headers = adminOf(values)) => {
    const sent = {
      method,
      path: `/api/v2/${path}`,
      headers,
      body: body === undefined ? '' : JSON.stringify(body),
    }
    const answered = await ask(server.origin, sent)
    if (answered.status >= 400) throw new Error(`${row.id}: ${method} ${path}: ${JSON.stringify(answered)}`)
    return answered.body as { id: string; token: string; users: readonly { id: string; name: string }[] }
  }
  const signIn = async (username: string, password: string) => {
    const headers = ['Authorization', encodeBasic(username, password)]
    const { cookie } = await ask(server.origin, { method: 'POST', path: '/api/v2/signin', headers })
    return cookie.replace(/^.*?=/, '')
  }
  const create = async (name: string, more: object = {}) => {
    const { ORG_ID: orgID } = values
    const permissions = (GRANTS[name] ?? []).map(({ action, type, id }) => ({
      action,
      resource: { type, ...(type !== 'users' && { orgID }), ...(id !== undefined && { id: values[id] }) },
    }))
    const made = await call('POST', 'authorizations', { orgID, description: name, permissions, ...more })
    values[`${name}_TOKEN`] = made.token
    values[`${name}_AUTH_ID`] = made.id
  }

  const isAboutMia = /mia/i.test(JSON.stringify(row)) || given.startsWith("the token's user")
  if (isAboutMia) {
    const old = (await call('GET', 'users?limit=100', undefined)).users.find(({ name }) => name === 'mia')
    if (old) await call('DELETE', `users/${old.id}`, undefined)
    const { id } = await call('POST', 'users', { name: 'mia' })
    values.MIA_ID = id
    const password = values.MIA_PASSWORD ?? ''
    if (given !== 'mia has no password') await call('POST', `users/${id}/password`, { password })
    if (names.includes('MIA_TOKEN') || names.includes('MIA_AUTH_ID') || given.includes('of hers')) {
      await create('MIA', { userID: id, ...(given.includes('INACTIVE') && { status: 'inactive' }) })
    }
    if (given.startsWith('mia is inactive')) await call('PATCH', `users/${id}`, { status: 'inactive' })
    if (names.includes('MIA_SESSION')) values.MIA_SESSION = await signIn('mia', password)
    if (given.endsWith('user is inactive')) await call('PATCH', `users/${id}`, { status: 'inactive' })
    if (given.endsWith('user was deleted')) await call('DELETE', `users/${id}`, undefined)
    if (given.startsWith('mia changed her password')) {
      const headers = ['Authorization', encodeBasic('mia', password), ...cookieOf(values.MIA_SESSION)]
      await call('PUT', 'me/password', { password: values.MIA_PASSWORD_2 }, headers)
    }
  }
  for (const name of Object.keys(GRANTS)) {
    if (name === 'MIA' || !names.some((other) => other === `${name}_TOKEN` || other === `${name}_AUTH_ID`))
      continue
    await create(name, name === 'INACTIVE' ? { status: 'inactive' } : {})
  }
  if (names.some((name) => name.startsWith('SESSION'))) {
    const password = values.PASSWORD ?? ''
    values.SESSION = await signIn('zoë', password)
    values.SESSION_ENCODED = encodeURIComponent(values.SESSION)
    if (given === 'the other of two sessions was signed out') {
      await call('POST', 'signout', undefined, cookieOf(await signIn('zoë', password)))
    }
  }
  const own = ['Authorization', `Token ${values.SELF_TOKEN ?? values.SELF2_TOKEN}`]
  if (given === 'the token deleted itself')
    await call('DELETE', `authorizations/${values.SELF_AUTH_ID}`, undefined, own)
  if (given === 'the token set itself inactive before') {
    await call('PATCH', `authorizations/${values.SELF2_AUTH_ID}`, { status: 'inactive' }, own)
  }
  if (given === 'deleted before') {
    const path = values.MIA_ID ? `users/${values.MIA_ID}` : `authorizations/${values.NEW_AUTH_ID}`
    await call('DELETE', path, undefined)
  }
  return values
}

function adminOf({ ADMIN_TOKEN }: Values): string[] {
  return ['Authorization', `Token ${ADMIN_TOKEN}`]
}

function cookieOf(key = ''): string[] {
  return ['Cookie', `influxdb-oss-session=${key}`]
}
