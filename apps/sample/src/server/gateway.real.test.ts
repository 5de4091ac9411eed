// The sample before a real InfluxDB: people sign in here, InfluxDB sees the server's credential and never theirs, and what is not listed stays here.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { authorizations, influxApi, readBucket } from '@fluxauth/auth-core/influxdb'
import {
  describeReal,
  type RunningInfluxdb2,
  type RunningServer,
  startInfluxdb,
  startInfluxdb2,
} from '@fluxauth/auth-testkit/real'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type SampleServer, startServer } from './app.ts'
import { findUpstream } from './gateway.ts'

let sample: SampleServer
const call = (path: string, init: RequestInit = {}) =>
  fetch(sample.origin + path, {
    ...init,
    headers: { authorization: encodeToken(sample.credentials.token), ...init.headers },
  })

describeReal('before InfluxDB 2', ['influxdb2'], () => {
  let influx: RunningInfluxdb2
  beforeAll(async () => {
    influx = await startInfluxdb2()
    sample = await startServer({
      upstream: await findUpstream({ INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token }),
    })
  })
  afterAll(async () => {
    await sample.stop()
    await influx.stop()
  })

  test('lists its buckets, writes, and asks for what was written, with either scheme', async () => {
    const { buckets } = await (await call('/api/v2/buckets?name=weather')).json()
    expect(buckets).toMatchObject([{ id: influx.bucketID, name: 'weather' }])
    const where = `org=${influx.org}&bucket=weather`
    const written = await call(`/api/v2/write?${where}&precision=s`, {
      method: 'POST',
      body: 'air,place=roof celsius=21.5',
    })
    expect(written.status).toBe(204)
    const query = new URLSearchParams({ db: 'weather', q: 'SELECT celsius FROM air' })
    const rows = await call(`/query?${query}`, { headers: { accept: 'text/csv' } })
    expect(rows.headers.get('content-type')).toContain('csv')
    expect(await rows.text()).toContain('21.5')

    const { username, password } = sample.credentials
    const signIn = await fetch(`${sample.origin}/api/v2/signin`, {
      method: 'POST',
      headers: { authorization: encodeBasic(username, password) },
    })
    const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await fetch(`${sample.origin}/api/v2/buckets`, { headers: { cookie } })).status).toBe(200)
  })

  test('keeps the temperatures of the page’s chart there', async () => {
    const points = '/api/v2/points?bucket=weather'
    const headers = { 'content-type': 'application/json' }
    const written = await call(points, { method: 'POST', headers, body: JSON.stringify({ celsius: 19.25 }) })
    expect(written.status).toBe(204)
    const { points: read } = await (await call(points)).json()
    expect(read.map(({ celsius }: { celsius: number }) => celsius)).toContain(19.25)
    expect(
      (await call('/api/v2/points?bucket=no-such', { method: 'POST', headers, body: '{"celsius":1}' }))
        .status,
    ).toBe(400)
    expect((await call(points, { method: 'POST', headers, body: '{"celsius":"1 drop"}' })).status).toBe(400)
    // As those are named that come from InfluxDB 1.
    await fetch(`${influx.url}/api/v2/buckets`, {
      method: 'POST',
      headers: { authorization: encodeToken(influx.token) },
      body: JSON.stringify({ orgID: influx.orgID, name: 'telegraf/autogen', retentionRules: [] }),
    })
    const upgraded = '/api/v2/points?bucket=telegraf%2Fautogen'
    expect((await call(upgraded, { method: 'POST', headers, body: '{"celsius":-4.5}' })).status).toBe(204)
    expect(await (await call(upgraded)).json()).toMatchObject({ points: [{ celsius: -4.5 }] })
  })

  test('takes nobody who is InfluxDB’s: they sign in here', async () => {
    const authorization = encodeToken(influx.token)
    expect((await call('/api/v2/buckets', { headers: { authorization } })).status).toBe(401)
    expect((await fetch(`${sample.origin}/api/v2/buckets`)).status).toBe(401)
  })

  test('keeps what is not listed: its tokens and users are not InfluxDB’s', async () => {
    const own = await (await call('/api/v2/authorizations')).json()
    expect(JSON.stringify(own)).not.toContain(influx.token)
    for (const [method, path] of [
      ['GET', '/private/legacy/authorizations'],
      ['POST', '/query?q=DROP+DATABASE+weather'],
      ['DELETE', `/api/v2/buckets/${influx.bucketID}`],
      ['GET', '/api/v2/buckets/../authorizations'],
      ['GET', '/api/v2/%62uckets%2f..%2fauthorizations'],
      ['GET', '/api/v2/telegrafs'],
      ['POST', `/api/v2/query?org=${influx.org}`],
    ] as const) {
      const answer = await call(path, { method })
      expect([path, JSON.stringify(await answer.text()).includes(influx.token)]).toEqual([path, false])
      expect([path, [200, 404, 405].includes(answer.status)]).toEqual([path, true])
    }
    const operator = influxApi({ url: influx.url, credentials: influx.token })
    expect(await authorizations.list(operator)).toHaveLength(1)
    // Not even of who may do everything here: what Flux may do is what the server's token may.
    const flux = { method: 'POST', headers: { 'content-type': 'application/vnd.flux' }, body: 'buckets()' }
    expect((await call(`/api/v2/query?org=${influx.org}`, flux)).status).toBe(404)
  })

  test('passes no credential in a query on, and says what it does not pass on', async () => {
    for (const name of ['u', 'p', 'token', 'nonsense']) {
      const answer = await call(`/query?db=weather&q=SHOW+MEASUREMENTS&${name}=s3cret`)
      expect(answer.status).toBe(400)
      expect(await answer.text()).not.toContain('s3cret')
    }
  })

  test('lets nobody do more than they may here', async () => {
    const own = influxApi({ url: sample.origin, credentials: sample.credentials.token })
    const { orgs } = await (await call('/api/v2/orgs')).json()
    const { token = '' } = await authorizations.create(own, {
      orgID: orgs[0].id,
      permissions: [{ action: 'read', resource: { type: 'buckets', orgID: orgs[0].id } }],
    })
    const headers = { authorization: encodeToken(token) }
    expect((await call('/api/v2/buckets', { headers })).status).toBe(200)
    const write = { method: 'POST', headers, body: 'm f=1' }
    for (const path of ['/api/v2/write?org=home&bucket=weather', '/write?db=weather']) {
      expect([path, (await call(path, write)).status]).toEqual([path, 403])
    }
    const one = await authorizations.create(own, {
      orgID: orgs[0].id,
      permissions: [readBucket('0000000000000001')],
    })
    const narrow = { authorization: encodeToken(one.token ?? '') }
    expect((await call('/api/v2/buckets', { headers: narrow })).status).toBe(403)
  })

  test('its own credential that is refused is no fault of the person’s', async () => {
    const broken = await startServer({
      upstream: await findUpstream({ INFLUX_URL: influx.url, INFLUX_TOKEN: 's3cret-wrong' }),
    })
    try {
      const headers = { authorization: encodeToken(broken.credentials.token) }
      const answer = await fetch(`${broken.origin}/api/v2/buckets`, { headers })
      expect(answer.status).toBe(502)
      expect(await answer.text()).toContain('INFLUX_TOKEN')
    } finally {
      await broken.stop()
    }
  })
})

describeReal('before InfluxDB 1', ['influxdb'], () => {
  test('shows its databases as buckets, writes and reads, and signs in with its own user name and password', async () => {
    const influx: RunningServer = await startInfluxdb({ username: 'zoë', password: 'p:ä' })
    const env = { INFLUX_URL: influx.url, INFLUX_USERNAME: 'zoë', INFLUX_PASSWORD: 'p:ä' }
    sample = await startServer({ upstream: await findUpstream(env) })
    try {
      const admin = { authorization: encodeBasic('zoë', 'p:ä') }
      const create = { method: 'POST', headers: admin }
      const created = await fetch(`${influx.url}/query?q=CREATE+DATABASE+weather`, create)
      expect([created.status, await created.json()]).toEqual([200, { results: [{ statement_id: 0 }] }])
      const written = await call('/write?db=weather', { method: 'POST', body: 'air celsius=21.5' })
      expect([written.status, await written.text()]).toEqual([204, ''])
      expect(await (await call('/query?db=weather&q=SELECT+celsius+FROM+air')).text()).toContain('21.5')
      expect(await (await call('/api/v2/buckets')).json()).toMatchObject({ buckets: [{ name: 'weather' }] })
      const headers = { 'content-type': 'application/json' }
      const point = { method: 'POST', headers, body: JSON.stringify({ celsius: 19.25 }) }
      expect((await call('/api/v2/points?bucket=weather', point)).status).toBe(204)
      expect(JSON.stringify(await (await call('/api/v2/points?bucket=weather')).json())).toContain('19.25')
      const none = await call('/api/v2/points?bucket=no-such')
      expect([none.status, await none.text()]).toEqual([400, expect.stringContaining('database not found')])
      for (const query of [
        'DROP DATABASE weather',
        'SELECT * INTO copy FROM air',
        'SELECT * /**/into/**/copy FROM air',
        'SELECT celsius + 1.5INTO copy FROM air',
        'SELECT celsius AS "a"INTO copy FROM air',
        'SHOW DATABASES; DROP DATABASE weather',
        'SHOW USERS',
        '/* SELECT */ DROP DATABASE weather',
        "CREATE USER eve WITH PASSWORD 'x' WITH ALL PRIVILEGES",
        '',
      ]) {
        const path = `/query?${new URLSearchParams({ db: 'weather', q: query })}`
        expect([query, (await call(path)).status]).toEqual([query, 400])
      }
      expect((await call('/query?q=SHOW+DATABASES&q=DROP+DATABASE+weather')).status).toBe(400)
      expect(await (await call('/api/v2/buckets')).json()).toMatchObject({ buckets: [{ name: 'weather' }] })
    } finally {
      await sample.stop()
      await influx.stop()
    }
  })
})

describe('before a server of this test', () => {
  let seen: IncomingMessage[]
  let stop: () => Promise<void>
  const start = async (
    respond: (path: string) => [status: number, body: string, headers?: Record<string, string>],
  ) => {
    seen = []
    const server = createServer((request, response) => {
      seen.push(request)
      const [status, body, headers = {}] =
        request.url === '/ping' ? [200, '{"version":"3.4.0"}'] : respond(request.url ?? '')
      response.writeHead(status, headers).end(body)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    sample = await startServer({
      upstream: await findUpstream({ INFLUX_URL: url, INFLUX_TOKEN: 'apiv3_server' }),
    })
    stop = async () => {
      await sample.stop()
      server.close().closeAllConnections()
    }
  }
  afterEach(() => stop())

  test('InfluxDB 3’s databases are shown as buckets', async () => {
    await start((path) =>
      path.startsWith('/api/v3/configure/database') ? [200, '[{"iox::database":"weather"}]'] : [404, ''],
    )
    expect(await (await call('/api/v2/buckets')).json()).toMatchObject({ buckets: [{ name: 'weather' }] })
  })

  test('it sees the server’s credential, and of the person’s headers what is needed', async () => {
    await start(() => [
      200,
      '[]',
      { 'set-cookie': 'evil=1', 'www-authenticate': 'Basic', 'content-type': 'application/json' },
    ])
    const headers = {
      cookie: 'influxdb-oss-session=x',
      'x-forwarded-for': '10.0.0.1',
      'x-person': 'me',
      accept: 'application/json',
    }
    const answer = await call('/api/v3/query_sql?db=weather&q=SELECT+1', { headers })
    const sent = seen.at(-1)?.headers
    expect(sent).toMatchObject({ authorization: 'Token apiv3_server', accept: 'application/json' })
    expect(Object.keys(sent ?? {})).not.toEqual(expect.arrayContaining(['cookie']))
    expect(JSON.stringify(sent)).not.toMatch(/x-person|10\.0\.0\.1|session/)
    expect([answer.headers.get('set-cookie'), answer.headers.get('www-authenticate')]).toEqual([null, null])
  })

  test('InfluxDB 3’s own tables are not passed on: its tokens are among them', async () => {
    await start(() => [200, '[]'])
    for (const [db, q, status] of [
      ['_internal', 'SELECT name FROM tokens', 400],
      ['weather', 'SELECT * FROM system.tokens', 400],
      ['weather', 'SELECT * FROM "SYSTEM"."queries"', 400],
      ['weather', 'SELECT 1.5system.tokens', 400],
      ['weather', 'SELECT ecosystem FROM systems', 200],
    ] as const) {
      for (const path of ['/api/v3/query_sql', '/api/v3/query_influxql', '/query']) {
        const answer = await call(`${path}?${new URLSearchParams({ db, q })}`)
        expect([path, db, q, answer.status]).toEqual([path, db, q, status])
      }
    }
  })

  test.each([
    [307, { location: 'http://evil.example/' }],
    [401, {}],
    [403, {}],
    [500, {}],
  ])('its %d is a 502 here, and shows nothing of it', async (status, headers) => {
    await start((path) =>
      path.startsWith('/api/v3/query_sql') ? [status, 's3cret detail', headers] : [404, ''],
    )
    const answer = await call('/api/v3/query_sql?db=weather&q=SELECT+1')
    expect(answer.status).toBe(502)
    expect(await answer.text()).not.toContain('s3cret')
  })
})

test('an INFLUX_URL without a credential, or that is no InfluxDB, is said at the start', async () => {
  await expect(findUpstream({})).resolves.toBeUndefined()
  await expect(findUpstream({ INFLUX_URL: 'http://127.0.0.1:9' })).rejects.toMatchObject({
    code: 'ERR_SOURCE_ABSENT',
  })
})
