// The sample's API beside a real InfluxDB 2: the same requests to both, whose answers are equal but for what is named beside them.

import { encodeBasic } from '@fluxauth/auth-core'
import { describeReal, type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SampleServer, startServer } from './app.ts'
import { type Answer, type Call, caller } from './calling.ts'
import { comparable, type Named } from './comparing.ts'
import { ONCE, ROWS, type Row, WORDS } from './like-influxdb.requests.ts'

const USER = { username: 'zoë', password: 'p:ä ß€ secret' }
/** One of the two servers: how to call it, and what it calls the things that both have. */
interface Side {
  readonly call: (call: Call) => Promise<Answer>
  readonly tokens: Record<string, string>
  readonly ids: Record<string, string>
}

async function begin(origin: string, token: string): Promise<Side> {
  const call = caller(origin, token)
  const idOf = async (path: string, list: string) => {
    const { body } = await call({ path })
    return (body as Record<string, { id: string }[]>)[list]?.[0]?.id ?? ''
  }
  const ids: Record<string, string> = {
    org: await idOf('/api/v2/orgs?org=fluxauth', 'orgs'),
    user: await idOf('/api/v2/users', 'users'),
    bucket: await idOf('/api/v2/buckets?name=weather', 'buckets'),
    auth: await idOf('/api/v2/authorizations', 'authorizations'),
  }
  const tokens: Record<string, string> = { wrong: 'wrong', '': '' }
  const make = async (name: string, status: string, ...resources: (readonly [string, object])[]) => {
    const permissions = resources.map(([action, resource]) => ({ action, resource }))
    const { body } = await call({
      method: 'POST',
      path: '/api/v2/authorizations',
      body: { orgID: ids.org, description: name, status, permissions },
    })
    tokens[name] = (body as { token: string }).token
  }
  const orgID = ids.org
  await make('one bucket', 'active', ['read', { type: 'buckets', id: ids.bucket, orgID }])
  await make('telegrafs', 'active', ['read', { type: 'telegrafs', orgID }])
  await make('inactive', 'inactive', ['read', { type: 'buckets', orgID }])
  await make('self', 'active', ['read', { type: 'users', id: ids.user }])
  await make('users of the org', 'active', ['read', { type: 'users', orgID }])
  await make('self in the org', 'active', ['read', { type: 'users', id: ids.user, orgID }])
  await make('orgs of the org', 'active', ['read', { type: 'orgs', orgID }])
  await make('the org in the org', 'active', ['read', { type: 'orgs', id: ids.org, orgID }])
  await make(
    'maker',
    'active',
    ['write', { type: 'authorizations', orgID }],
    ['write', { type: 'users', id: ids.user }],
    ['read', { type: 'telegrafs', orgID }],
  )
  for (const [name, id] of [
    ['maker with the users of the org', undefined],
    ['maker with self in the org', ids.user],
  ] as const) {
    await make(
      name,
      'active',
      ['write', { type: 'authorizations', orgID }],
      ['write', { type: 'users', id: ids.user }],
      ['read', { type: 'users', id, orgID }],
    )
  }
  return { call, tokens, ids }
}

/** A row as it is sent to one of the two. */
function place({ method, path, body, token, headers }: Row, { ids, tokens }: Side): Call {
  const put = (text: string) =>
    Object.entries(ids).reduce((placed, [name, id]) => placed.replaceAll(`{${name}}`, id), text)
  return {
    path: put(path),
    ...(method && { method }),
    ...(body !== undefined && { body: put(typeof body === 'string' ? body : JSON.stringify(body)) }),
    ...(token !== undefined && { token: tokens[token] ?? '' }),
    ...(headers && { headers }),
  }
}

/** What is compared. */
interface Seen {
  readonly status: number
  readonly code: string | null
  readonly type: string | undefined
  readonly body: unknown
}

/** What is compared: the status, the code and the body, whose lists of tokens come in the order of ids that are made up. */
function seen({ status, headers, body }: Answer, ids: Named): Seen {
  const shown = comparable(body, ids) as { authorizations?: unknown[] }
  shown.authorizations?.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return {
    status,
    code: headers.get('x-platform-error-code'),
    type: headers.get('content-type')?.split(';')[0],
    body: shown,
  }
}

describeReal('the sample answers as InfluxDB 2 does', ['influxdb2'], () => {
  let real: RunningInfluxdb2
  let server: SampleServer
  let sides: readonly [sample: Side, real: Side]

  beforeAll(async () => {
    real = await startInfluxdb2({ ...USER, org: 'fluxauth', bucket: 'weather' })
    server = await startServer(USER)
    const more = { name: 'air-quality', orgID: real.orgID }
    await caller(real.url, real.token)({ method: 'POST', path: '/api/v2/buckets', body: more })
    sides = [await begin(server.origin, server.credentials.token), await begin(real.url, real.token)]
  }, 60_000)
  afterAll(async () => {
    await real?.stop()
    await server?.stop()
  })

  const both = async (row: Row) => {
    const answers: Seen[] = []
    for (const side of sides) {
      const answer = await side.call(place(row, side))
      if (row.keep) side.ids[row.keep] = (answer.body as { id: string }).id
      answers.push(seen(answer, side.ids))
    }
    return answers
  }

  for (const [title, rows] of Object.entries(ROWS)) {
    describe(title, () => {
      test.each(
        rows.map(
          (row) =>
            [row.method ?? 'GET', row.path, row.token ?? 'operator', JSON.stringify(row.body), row] as const,
        ),
      )('%s %s (%s) %s', async (_method, _path, _token, _body, row) => {
        const [sample, influxdb] = await both(row)
        const { otherwise } = row
        if (!otherwise) {
          expect(sample).toEqual(influxdb)
          return
        }
        expect(sample, otherwise.why).not.toEqual(influxdb)
        expect(sample?.status).toBe(otherwise.status)
        if (otherwise === WORDS) expect(sample?.code).toBe(influxdb?.code)
        if (otherwise === ONCE) {
          const shown = JSON.stringify(sample?.body)
          expect(JSON.parse(shown.replaceAll('"redacted"', '"<token>"'))).toEqual(influxdb?.body)
        }
      })
    })
  }

  test('a session changes its own password with the old one, and goes on', async () => {
    const results = []
    for (const { call, ids } of sides) {
      const made = await call({ method: 'POST', path: '/api/v2/users', body: { name: 'kai' } })
      const { id } = made.body as { id: string }
      const set = { method: 'POST', path: `/api/v2/users/${id}/password`, body: { password: 'ölder-one' } }
      const statuses = [(await call(set)).status]
      const signIn = (secret: string) =>
        call({
          method: 'POST',
          path: '/api/v2/signin',
          token: '',
          headers: { authorization: encodeBasic('kai', secret) },
        })
      const signedIn = await signIn('ölder-one')
      const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
      const put = async (path: string, old: string, next: unknown) => {
        const headers = { cookie, authorization: encodeBasic('whoever', old) }
        const body = { password: next }
        const answer = await call({
          method: 'PUT',
          path: `/api/v2/${path}/password`,
          token: '',
          headers,
          body,
        })
        return [answer.status, comparable(answer.body, { ...ids, id })]
      }
      results.push(
        [
          statuses,
          signedIn.status,
          await put('me', 'wrong-one', 'newer-one'),
          await put('me', 'ölder-one', 'short'),
          await put('me', 'ölder-one', 'newer-one'),
          (await signIn('ölder-one')).status,
          (await signIn('newer-one')).status,
          await put(`users/${id}`, 'newer-one', 'newest-one'),
          (await call({ path: '/api/v2/me', token: '', headers: { cookie } })).body,
          (await call({ method: 'POST', path: '/api/v2/signout', token: '', headers: { cookie } })).status,
          (await call({ path: '/api/v2/me', token: '', headers: { cookie } })).status,
        ].map((result) => comparable(result, { ...ids, kai: id })),
      )
    }
    expect(results[0]).toEqual(results[1])
    expect(results[0]?.slice(1, 8)).toEqual([
      204,
      [403, { code: 'forbidden', message: 'your username or password is incorrect' }],
      [400, { code: 'invalid', message: 'passwords must be between 8 and 72 characters long' }],
      [204, ''],
      401,
      204,
      [204, ''],
    ])
  })

  test('the operator’s token holds the same, and a token can be made for each of its types', async () => {
    const held = await Promise.all(
      sides.map(async ({ call, ids }) => {
        const { body } = await call({ path: `/api/v2/authorizations/${ids.auth}` })
        return (body as { permissions: { resource: { type: string } }[] }).permissions
      }),
    )
    expect(held[0]).toEqual(held[1])
    expect(held[0]).toHaveLength(44)
  })
})
