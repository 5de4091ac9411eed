// The sample's API: every route and refusal, over real sockets, with curl and with InfluxDB's own client.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeBasic, encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import { describeReal, runCurl } from '@fluxauth/auth-testkit/real'
import { InfluxDB } from '@influxdata/influxdb-client'
import { AuthorizationsAPI } from '@influxdata/influxdb-client-apis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SampleServer, startServer } from './app.ts'
import { memoryPoints } from './routes/points.ts'

const USER = { username: 'zoë', password: 'p:ä ß€' }
let server: SampleServer
beforeAll(async () => {
  server = await startServer(USER)
})
afterAll(() => server.stop())

const call = (path: string, init: RequestInit = {}) => fetch(`${server.origin}${path}`, init)
const asToken = (token: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { authorization: encodeToken(token), 'content-type': 'application/json' },
})
const admin = (init?: RequestInit) => asToken(server.credentials.token, init)

async function expectUnauthorized(response: Response): Promise<void> {
  expect(response.status).toBe(401)
  expect(response.headers.get('x-platform-error-code')).toBe('unauthorized')
  expect(response.headers.get('www-authenticate')).toBeNull()
  expect(await response.json()).toEqual({ code: 'unauthorized', message: 'unauthorized access' })
}

async function signIn(password = USER.password, method = 'POST'): Promise<string> {
  const response = await call('/api/v2/signin', {
    method,
    headers: { authorization: encodeBasic(USER.username, password) },
  })
  expect(response.status).toBe(204)
  return response.headers.get('set-cookie') ?? ''
}

test('/ping and /health need no credential', async () => {
  const ping = await call('/ping')
  expect([ping.status, ping.headers.has('x-influxdb-version'), ping.headers.has('x-influxdb-build')]).toEqual(
    [204, true, true],
  )
  expect(await (await call('/health')).json()).toMatchObject({ name: 'influxdb', status: 'pass' })
})

describe('signing in', () => {
  test.each(['POST', 'GET'])('with %s and Basic gives the session cookie of InfluxDB v2', async (method) => {
    expect(await signIn(USER.password, method)).toMatch(
      /^influxdb-oss-session=[\w-]{43}; Path=\/api\/; Expires=[^;]+GMT; HttpOnly; SameSite=Strict$/,
    )
  })

  test('takes an API token as the password, as Cloud Serverless documents', async () => {
    expect(await signIn(server.credentials.token)).toContain('HttpOnly')
  })

  test.each([
    ['a wrong password', () => encodeBasic(USER.username, 'wrong')],
    ['an unknown user', () => encodeBasic('nobody', USER.password)],
    ['somebody else’s token', () => encodeBasic('nobody', server.credentials.token)],
    ['a Token', () => encodeToken(server.credentials.token)],
    ['malformed Basic', () => 'Basic !'],
    ['nothing', () => ''],
  ])('refuses %s', async (_, authorization) => {
    const value = authorization()
    await expectUnauthorized(
      await call('/api/v2/signin', { method: 'POST', headers: value ? { authorization: value } : {} }),
    )
  })

  test('lasts until signing out', async () => {
    const cookie = (await signIn()).split(';', 1)[0] ?? ''
    expect(await (await call('/api/v2/me', { headers: { cookie } })).json()).toMatchObject({
      name: USER.username,
    })
    expect((await call('/api/v2/signout', { method: 'POST', headers: { cookie } })).status).toBe(204)
    await expectUnauthorized(await call('/api/v2/me', { headers: { cookie } }))
    await expectUnauthorized(await call('/api/v2/signout', { method: 'POST', headers: { cookie } }))
  })

  test('does not let another site’s page change anything', async () => {
    const cookie = (await signIn()).split(';', 1)[0] ?? ''
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      await expectUnauthorized(
        await call('/api/v2/signout', { method: 'POST', headers: { cookie, ...headers } }),
      )
    }
    const own = { cookie, origin: server.origin, 'sec-fetch-site': 'same-origin' }
    expect((await call('/api/v2/signout', { method: 'POST', headers: own })).status).toBe(204)
  })
})

describe('/api/v2/buckets', () => {
  test.each([
    ['Token', encodeToken],
    ['Bearer', encodeBearer],
  ])('lists the buckets to a %s', async (_, encode) => {
    const response = await call('/api/v2/buckets', {
      headers: { authorization: encode(server.credentials.token) },
    })
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { buckets } = (await response.json()) as { buckets: { name: string }[] }
    expect(buckets.map(({ name }) => name)).toEqual(['air-quality', 'weather', '_monitoring', '_tasks'])
  })

  test.each([
    ['no credential', () => undefined],
    ['a wrong token', () => encodeToken('wrong')],
    ['the word in lower case', () => `token ${server.credentials.token}`],
    ['Basic, which only signs in', () => encodeBasic(USER.username, USER.password)],
    ['two credentials', () => `Token ${server.credentials.token}, Basic eDp5`],
  ])('refuses %s', async (_, authorization) => {
    const value = authorization()
    await expectUnauthorized(
      await call('/api/v2/buckets', { headers: value ? { authorization: value } : {} }),
    )
  })

  test('takes the header before the cookie', async () => {
    const cookie = (await signIn()).split(';', 1)[0] ?? ''
    await expectUnauthorized(
      await call('/api/v2/buckets', { headers: { cookie, authorization: 'Token wrong' } }),
    )
    expect((await call('/api/v2/buckets', { headers: { cookie } })).status).toBe(200)
  })
})

describe('/api/v2/authorizations', () => {
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }]
  let orgID: string
  beforeAll(async () => {
    const { orgs } = (await (await call('/api/v2/orgs', admin())).json()) as { orgs: { id: string }[] }
    orgID = orgs[0]?.id ?? ''
  })
  const create = async (body: unknown, token = server.credentials.token) => {
    const isObject = typeof body === 'object' && body !== null
    const text = JSON.stringify(isObject ? { orgID, ...body } : body)
    return call('/api/v2/authorizations', asToken(token, { method: 'POST', body: text }))
  }

  test('shows a token’s value once, in the answer that creates it', async () => {
    const created = (await (await create({ permissions, description: 'reader' })).json()) as Record<
      string,
      string
    >
    expect(created).toMatchObject({
      status: 'active',
      description: 'reader',
      permissions,
      user: USER.username,
    })
    expect(created.token).toMatch(/^[\w-]{86}==$/)
    const shown = await (await call(`/api/v2/authorizations/${created.id}`, admin())).json()
    expect(shown).toMatchObject({ id: created.id, token: 'redacted' })
    const list = await (await call('/api/v2/authorizations', admin())).text()
    expect(list).toContain(created.id)
    expect(list).not.toContain(created.token)
  })

  test('lists tokens of whom and where it is asked for, and never all for a value', async () => {
    const count = async (query: string) => {
      const response = await call(`/api/v2/authorizations?${query}`, admin())
      const { authorizations } = (await response.json()) as { authorizations?: unknown[] }
      return authorizations?.length ?? response.status
    }
    const unknown = '0000000000000001'
    expect(await count(`token=${encodeURIComponent(server.credentials.token)}`)).toBe(400)
    expect(await count('user=nobody')).toBe(404)
    expect(await count(`userID=${unknown}`)).toBe(0)
    expect(await count('org=fluxauth')).toBeGreaterThan(0)
    expect(await count(`orgID=${unknown}`)).toBe(0)
  })

  test('lists every token, however many there are', async () => {
    const many = await startServer()
    const everyone = { authorization: encodeToken(many.credentials.token) }
    const list = async (path: string, init: RequestInit = {}) =>
      (await (await fetch(`${many.origin}/api/v2/${path}`, { headers: everyone, ...init })).json()) as {
        orgs: { id: string }[]
        authorizations: unknown[]
      }
    const { orgs } = await list('orgs')
    const body = JSON.stringify({ orgID: orgs[0]?.id, permissions })
    await Promise.all(Array.from({ length: 250 }, () => list('authorizations', { method: 'POST', body })))
    expect((await list('authorizations')).authorizations).toHaveLength(251)
    await many.stop()
  })

  test('keeps a token to its permissions, also when it makes another', async () => {
    const { token } = (await (await create({ permissions })).json()) as { token: string }
    expect((await call('/api/v2/buckets', asToken(token))).status).toBe(200)
    const refused = await call('/api/v2/authorizations', asToken(token))
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { code: 'forbidden', message: 'insufficient permissions' },
    ])
    const writer = [{ action: 'write', resource: { type: 'authorizations' } }]
    const { token: writing } = (await (await create({ permissions: writer })).json()) as { token: string }
    expect((await create({ permissions }, writing)).status).toBe(403)
  })

  test('refuses an inactive token, and takes it back when it is active again', async () => {
    const { token, id } = (await (await create({ permissions })).json()) as { token: string; id: string }
    const set = (body: unknown) =>
      call(`/api/v2/authorizations/${id}`, admin({ method: 'PATCH', body: JSON.stringify(body) }))
    expect(await (await set({ status: 'inactive', description: 'paused' })).json()).toMatchObject({
      description: 'paused',
    })
    await expectUnauthorized(await call('/api/v2/buckets', asToken(token)))
    expect((await set({ status: 'active' })).status).toBe(200)
    expect((await call('/api/v2/buckets', asToken(token))).status).toBe(200)
    expect((await set({ status: 'other' })).status).toBe(400)
    expect((await call(`/api/v2/authorizations/${id}`, admin({ method: 'DELETE' }))).status).toBe(204)
    await expectUnauthorized(await call('/api/v2/buckets', asToken(token)))
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { body: '{}' } : {}
      expect((await call(`/api/v2/authorizations/${id}`, admin({ method, ...body }))).status).toBe(404)
    }
  })

  const resource = (named: object) => ({
    permissions: [{ action: 'read', resource: { type: 'buckets', ...named } }],
  })
  test.each([
    ...[123, ['1f'], null, {}, true, ''].flatMap((value) =>
      ['id', 'name', 'orgID', 'org'].map((name) => resource({ [name]: value })),
    ),
    resource({ ID: '1f' }),
    { permissions: [{ action: ['read'], resource: { type: 'buckets' } }] },
    { permissions: [{ action: 'read', resource: { type: ['buckets'] } }] },
    { permissions: { 0: permissions[0], length: 1 } },
    { permissions, description: 1 },
    { permissions, status: 'on' },
    { permissions, orgID: 'other' },
    { permissions, userID: 7 },
  ])('refuses %j: what is of the wrong type is not passed over', async (body) => {
    expect((await create(body)).status).toBe(400)
  })

  test('makes a token for one bucket, and one that is inactive', async () => {
    const made = (await (
      await create({ ...resource({ id: '00000000000000ab' }), status: 'inactive' })
    ).json()) as Record<string, string>
    expect(made).toMatchObject({
      status: 'inactive',
      permissions: [{ resource: { type: 'buckets', id: '00000000000000ab' } }],
    })
    await expectUnauthorized(await call('/api/v2/buckets', asToken(made.token ?? '')))
  })

  test.each(['text', '[]', '{"status":1}', '{"description":{}}', ''])(
    'changes nothing for the body %j',
    async (body) => {
      const { id } = (await (await create({ permissions })).json()) as { id: string }
      expect((await call(`/api/v2/authorizations/${id}`, admin({ method: 'PATCH', body }))).status).toBe(400)
    },
  )

  test.each([{}, { permissions: [] }, { permissions: [{ action: 'read' }] }, 'text', null])(
    'refuses %j',
    async (body) => {
      expect((await create(body)).status).toBe(400)
    },
  )
})

test('any other path of the API is refused, as v2 does before it looks', async () => {
  await expectUnauthorized(await call('/api/v2/tasks'))
})

describe('another method than there is', () => {
  test.each([
    ['PUT', '/api/v2/signin', 'POST, GET, HEAD'],
    ['DELETE', '/api/v2/setup', 'GET, POST, HEAD'],
    ['POST', '/api/v2/me', 'GET, HEAD'],
    ['OPTIONS', '/api/v2/buckets', 'GET, HEAD'],
    ['PUT', '/api/v2/authorizations/0000000000000001', 'GET, PATCH, DELETE, HEAD'],
    ['DELETE', '/api/v2/users/0000000000000001/password', 'PUT, POST'],
  ])('%s %s is 405, for whoever has a credential', async (method, path, allow) => {
    await expectUnauthorized(await call(path, { method }))
    const response = await call(path, admin({ method }))
    expect([response.status, await response.text()]).toEqual([405, ''])
    expect(response.headers.get('allow')).toBe(allow)
  })

  test('is 405 also where no credential is needed', async () => {
    const response = await call('/health', { method: 'POST' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  test.each(['/api/v2/nosuch', '/api/v2/users/1/2', '/nosuch', '/pageXjs'])(
    '%s is there for none',
    async (path) => {
      for (const method of ['GET', 'PUT']) {
        const response = await call(path, admin({ method }))
        expect([response.status, response.headers.get('allow')]).toEqual([404, null])
      }
    },
  )
})

test('what there is not is said also where the page was not built, which this server runs without', async () => {
  for (const accept of ['text/html', 'application/json']) {
    const response = await fetch(`${server.origin}/nonsense`, { headers: { accept } })
    expect([response.status, await response.text()]).toEqual([404, '404 Not Found'])
  }
})

test('a store can be seeded with credentials that are known before', async () => {
  const preset = await startServer({ username: 'u', password: 'p', token: 'preset-token==' })
  const response = await fetch(`${preset.origin}/api/v2/me`, {
    headers: { authorization: 'Token preset-token==' },
  })
  expect(await response.json()).toMatchObject({ name: 'u' })
  await preset.stop()
})

test('an example account is there where it is asked for, and may use the buckets and nothing else', async () => {
  expect(await (await fetch(`${server.origin}/shown/example`)).json()).toEqual({})
  const url = 'http://127.0.0.1:9'
  const upstream = { url, product: 'v2', fetch } as const
  const behind = await startServer({ example: true, upstream })
  expect(await (await fetch(`${behind.origin}/shown/example`)).json()).toEqual({})
  await behind.stop()

  const open = await startServer({ example: true })
  try {
    const { example } = await (await fetch(`${open.origin}/shown/example`)).json()
    const basic = { authorization: encodeBasic(example.username, example.token) }
    const signIn = await fetch(`${open.origin}/api/v2/signin`, { method: 'POST', headers: basic })
    expect(signIn.status).toBe(204)
    const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const ways = [{ cookie }, { authorization: `Token ${example.token}` }]
    for (const headers of ways) {
      const ask = async (path: string, init: RequestInit = {}) => {
        const answer = await fetch(`${open.origin}/api/v2/${path}`, { headers, ...init })
        return [answer.status, await answer.json()]
      }
      const [, { buckets }] = await ask('buckets')
      expect(buckets).toHaveLength(4)
      expect(await ask('me')).toMatchObject([200, { name: example.username }])
      const permissions = [{ action: 'read', resource: { type: 'buckets' } }]
      const { orgID } = buckets[0]
      const body = JSON.stringify({ orgID, permissions })
      expect((await ask('authorizations', { method: 'POST', body }))[0]).toBe(403)
      expect((await ask('users', { method: 'POST', body: '{"name":"eve"}' }))[0]).toBe(403)
      expect(await ask('users')).toMatchObject([200, { users: [{ name: example.username }] }])
    }
  } finally {
    await open.stop()
  }
})

test('another origin, for the page to try, notes what came along and shows none of it', async () => {
  const told = async () => (await (await fetch(`${server.origin}/shown/elsewhere`)).json()).elsewhere
  const { origin, visits } = await told()
  const headers = { authorization: 'Token s3cret', cookie: 'session=s3cret' }
  const answer = await fetch(`${origin}/x`, { headers })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  const after = await told()
  expect(after.visits).toEqual([
    ...visits,
    { number: 1, method: 'GET', path: '/x', carried: ['authorization', 'cookie'] },
  ])
  await Promise.all(Array.from({ length: 60 }, () => fetch(origin)))
  const most = (await told()).visits
  expect([most.length, most.at(-1).number]).toEqual([50, 61])
})

test('@influxdata/influxdb-client lists authorizations with our token', async () => {
  const client = new InfluxDB({ url: server.origin, token: server.credentials.token })
  const { authorizations } = await new AuthorizationsAPI(client).getAuthorizations()
  expect(authorizations?.map(({ description }) => description)).toContain("zoë's Token")
  const wrong = new InfluxDB({ url: server.origin, token: 'wrong' })
  await expect(new AuthorizationsAPI(wrong).getAuthorizations()).rejects.toMatchObject({ statusCode: 401 })
})

describeReal('curl --user', ['curl'], () => {
  test('signs in', async () => {
    const url = `${server.origin}/api/v2/signin`
    const user = `${USER.username}:${USER.password}`
    const { stdout } = await runCurl({ url, user, get: true, include: true })
    expect(stdout).toMatch(/^HTTP\/1.1 204 [\s\S]*set-cookie: influxdb-oss-session=/i)
  })

  test('sends what decodeBasic reads and encodeBasic writes, byte for byte, over 50 credentials', async () => {
    const seen: string[] = []
    const echo = createServer((request, response) => {
      seen.push(request.headers.authorization ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`
    const names = ['u', 'zoë', 'a b', '', 'user@example.com', '日本', "o'neil", '"quoted"', '\\back', '😀']
    const passwords = ['p', 'p:ä ß€', '', ' : ', '#$%&{}~']
    const pairs = names.flatMap((username) => passwords.map((password) => ({ username, password })))
    expect(pairs).toHaveLength(50)
    for (const { username, password } of pairs) await runCurl({ url, user: `${username}:${password}` })
    echo.close()
    expect(seen).toEqual(pairs.map(({ username, password }) => encodeBasic(username, password)))
    expect(seen.map((value) => decodeBasic(value))).toEqual(
      pairs.map((pair) => ({ scheme: 'basic', ...pair })),
    )
  })
})

test('of two points of one time the later counts, as in InfluxDB', async () => {
  const { write, read } = memoryPoints(() => true)
  for (const celsius of [1, 2]) await write('weather', { time: 0, celsius })
  expect(await read('weather')).toEqual([{ time: 0, celsius: 2 }])
})
