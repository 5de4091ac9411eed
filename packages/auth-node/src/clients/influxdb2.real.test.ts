// Every client against a real InfluxDB 2: a token is taken, one that is replaced meanwhile is picked up, and one without a permission is
// not asked for again and again.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeToken } from '@fluxauth/auth-core'
import { describeReal, type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { HttpError } from '@influxdata/influxdb-client'
import axios from 'axios'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { authFetch, fromEnv, fromExec, fromInfluxConfigs, fromTokenFile } from '../index.ts'
import { authAxios } from './axios.ts'
import { authHttp } from './http.ts'
import { authInfluxDB } from './influxdb-client.ts'
import { authDispatcher } from './undici.ts'

type Options = Parameters<typeof authFetch>[0] & { readonly origin: string }
/** What leaves a refusal's body to its caller, and so asks once whether a credential is still the right one. */
const READS_NO_BODY = ['undici', 'node:http']

/** Sends a GET and gives the status. */
type Get = (path: string) => Promise<number>

const clients: Readonly<Record<string, (options: Options) => Get>> = {
  fetch: (options) => {
    const fetch = authFetch(options)
    return async (path) => {
      const response = await fetch(path)
      await response.text()
      return response.status
    }
  },
  undici: (options) => {
    const dispatcher = authDispatcher(new Agent(), options)
    return async (path) => {
      const { statusCode, body } = await request(options.origin + path, { dispatcher })
      await body.dump()
      return statusCode
    }
  },
  'node:http': (options) => {
    const { get } = authHttp(options)
    return async (path) => {
      const response = await get(path)
      response.resume()
      return response.statusCode ?? 0
    }
  },
  axios: (options) => {
    const api = axios.create({ validateStatus: () => true })
    authAxios(api, options)
    return async (path) => (await api.get(path)).status
  },
  '@influxdata/influxdb-client': ({ origin, ...options }) => {
    const { transport } = authInfluxDB({ url: origin, ...options })
    return async (path) => {
      try {
        await transport.request(path, '', { method: 'GET' })
        return 200
      } catch (error) {
        if (!(error instanceof HttpError)) throw error
        return error.statusCode
      }
    }
  },
}

describeReal('a real InfluxDB 2', ['influxdb2'], () => {
  let server: RunningInfluxdb2
  let folder: string
  beforeAll(async () => {
    server = await startInfluxdb2()
    folder = await mkdtemp(join(tmpdir(), 'fluxauth-clients-'))
  })
  afterAll(async () => {
    await server?.stop()
    if (folder) await rm(folder, { recursive: true })
  })

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: encodeToken(server.token) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    expect(response.ok).toBe(true)
    return (response.status === 204 ? {} : await response.json()) as { id: string; token: string }
  }
  const resource = (type: string, more: object = {}) => ({ type, orgID: server.orgID, ...more })
  const createToken = (...types: readonly string[]) =>
    call('POST', '/api/v2/authorizations', {
      orgID: server.orgID,
      permissions: types.map((type) => ({ action: 'read', resource: resource(type) })),
    })

  describe.each(Object.entries(clients))('%s', (name, connect) => {
    let file: string
    beforeEach(async () => {
      file = join(folder, 'token')
      await writeFile(file, `${server.token}\n`, { mode: 0o600 })
    })

    test('is let in with a token, and refused with an unknown one', async () => {
      const get = (token: string) => connect({ origin: server.url, credentials: token })('/api/v2/me')
      expect(await get(server.token)).toBe(200)
      expect(await get('unknown')).toBe(401)
    })

    test('goes on when its token was replaced and deleted while it runs', async () => {
      const old = await createToken('buckets')
      await writeFile(file, old.token, { mode: 0o600 })
      const get = connect({ origin: server.url, credentials: fromTokenFile(file) })
      expect(await get('/api/v2/buckets')).toBe(200)
      const next = await createToken('buckets')
      await writeFile(file, next.token, { mode: 0o600 })
      await call('DELETE', `/api/v2/authorizations/${old.id}`)
      expect(await get('/api/v2/buckets')).toBe(200)
    })

    test('does not run a command again for each refused permission', async () => {
      const { token } = await createToken('buckets')
      await writeFile(file, token, { mode: 0o600 })
      const runs = join(folder, 'runs')
      await writeFile(runs, '')
      const credentials = fromExec('sh', ['-c', `echo . >> '${runs}'; cat '${file}'`])
      const get = connect({ origin: server.url, credentials })
      for (let i = 0; i < 10; i++) expect(await get('/api/v2/me')).toBe(401)
      expect(await readFile(runs, 'utf8')).toBe('.\n'.repeat(READS_NO_BODY.includes(name) ? 2 : 1))
      expect(await get('/api/v2/buckets')).toBe(200)
    })
  })

  test('the environment and the influx CLI’s profiles have what it takes', async () => {
    const path = join(folder, 'configs')
    await writeFile(path, `[default]\nurl = "${server.url}"\ntoken = "${server.token}"\nactive = true\n`, {
      mode: 0o600,
    })
    const profile = authFetch({ origin: server.url, credentials: fromInfluxConfigs({ path }) })
    expect((await profile('/api/v2/me')).status).toBe(200)
    process.env.INFLUX_TOKEN = server.token
    try {
      const environment = authFetch({ origin: server.url, credentials: fromEnv() })
      expect((await environment('/api/v2/me')).status).toBe(200)
    } finally {
      delete process.env.INFLUX_TOKEN
    }
  })

  test('a profile with a user name and a password signs in', async () => {
    const path = join(folder, 'configs')
    const cookie = Buffer.from(`${server.username}:${server.password}`).toString('base64')
    await writeFile(path, `[default]\nurl = "${server.url}"\ntoken = ""\ncookie = "${cookie}"\n`, {
      mode: 0o600,
    })
    const fetch = authFetch({ origin: server.url, credentials: fromInfluxConfigs({ path }) })
    expect((await fetch('/api/v2/signin', { method: 'POST' })).status).toBe(204)
    expect((await fetch('/api/v2/me')).status).toBe(401)
  })
})
