// Nothing that holds a credential shows it, in whatever way it is printed.

import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { format, inspect } from 'node:util'
import { AuthError } from '@fluxauth/auth-core'
import { createAuthorizer, RecordHeaders, startExchange, toProvider } from '@fluxauth/auth-core/client'
import { authorizations, influxApi, me, signIn } from '@fluxauth/auth-core/influxdb'
import axios from 'axios'
import { Agent } from 'undici'
import { describe, expect, test } from 'vitest'
import { authAxios } from './clients/axios.ts'
import { authHttp } from './clients/http.ts'
import { authInfluxDB } from './clients/influxdb-client.ts'
import { authInfluxDBClient } from './clients/influxdb3-client.ts'
import { authDispatcher, authInterceptor } from './clients/undici.ts'
import {
  authFetch,
  chain,
  defaultChain,
  fromEnv,
  fromExec,
  fromKeyring,
  fromTokenFile,
  fromValue,
  readInfluxProfiles,
  writeInfluxProfiles,
} from './index.ts'
import { readRequest } from './servers/http.ts'
import { createMemoryStore } from './stores/memory.ts'
import { createVerifier } from './verifier/index.ts'

const SECRET = 's3cret'
const origin = 'http://127.0.0.1:8086'
const basic = { scheme: 'basic', username: 'joe', password: SECRET } as const
const authorizer = createAuthorizer({ origin, credentials: SECRET })
const found = (source: ReturnType<typeof fromValue>) => source.find({ origin })

/** A server that answers each request alike, and sets a cookie. */
const answering = (body: object) => async () =>
  new Response(JSON.stringify(body), {
    headers: { 'set-cookie': `influxdb-oss-session=${SECRET}; Path=/api/` },
  })

const holders: Record<string, () => unknown> = {
  provider: () => toProvider(SECRET),
  'provider of Basic': () => toProvider(basic),
  authorizer: () => authorizer,
  authorization: () => authorizer.authorize(new URL(origin)),
  'authorization of Basic': () => createAuthorizer({ origin, credentials: basic }).authorize(new URL(origin)),
  fetch: () => authFetch({ origin, credentials: SECRET }),
  http: () => authHttp({ origin, credentials: SECRET }),
  interceptor: () => authInterceptor({ origin, credentials: SECRET }),
  headers: () => new RecordHeaders({ authorization: `Token ${SECRET}` }),
  exchange: () =>
    startExchange(authorizer, {
      url: new URL(origin),
      method: 'GET',
      headers: new RecordHeaders({}),
      replayable: true,
      redirect: 'follow',
    }),
  'axios instance': () => {
    const api = axios.create()
    authAxios(api, { origin, credentials: SECRET })
    return api
  },
  'dispatcher of our own': () => authDispatcher(new Agent(), { origin, credentials: SECRET }),
  dispatcher: () => new Agent().compose(authInterceptor({ origin, credentials: SECRET })),
  'v2 client': () => authInfluxDB({ url: origin, credentials: SECRET }),
  'v2 write API': () => authInfluxDB({ url: origin, credentials: SECRET }).getQueryApi('org'),
  'v3 client': () => authInfluxDBClient({ host: origin, credentials: SECRET }),
  'request that a verifier looks at': () => {
    const raw = { rawHeaders: ['Authorization', `Token ${SECRET}`], url: `/?p=${SECRET}` } as IncomingMessage
    const request = readRequest(raw)
    expect(request.authorization).toBe(`Token ${SECRET}`)
    return request
  },
  'verifier that remembers': async () => {
    const verifier = createVerifier({ store: createMemoryStore() })
    await verifier.tokens.create({ userID: '1', user: 'joe', token: SECRET, permissions: [] })
    const headers = { rawHeaders: ['Authorization', `Token ${SECRET}`], socket: {} }
    expect(await verifier.verify(readRequest(headers as unknown as IncomingMessage))).toHaveProperty(
      'principal',
    )
    return verifier
  },
  'InfluxDB’s API': () => influxApi({ url: origin, credentials: SECRET }),
  'InfluxDB’s API with a provider': () => influxApi({ url: origin, credentials: fromValue(SECRET) }),
  session: async () => {
    const session = await signIn(
      influxApi({ url: origin, fetch: answering({ id: '1', name: 'joe' }) }),
      basic,
    )
    expect(session.cookie()).toBe(`influxdb-oss-session=${SECRET}`)
    return { session, influx: influxApi({ url: origin, credentials: session }) }
  },
  'API token': async () => {
    const fetch = answering({ id: '1', token: SECRET, permissions: [] })
    const made = await authorizations.get(influxApi({ url: origin, fetch }), '1')
    expect(made.token).toBe(SECRET)
    return made
  },
  'error of a fetch that shows what it was given': async () => {
    const fetch = async (_: string, init?: object) => {
      throw Object.assign(new Error('failed'), { init })
    }
    return me(influxApi({ url: origin, credentials: SECRET, fetch })).catch((error) => error)
  },
  value: () => fromValue(SECRET),
  'find of a value': () => found(fromValue(SECRET)),
  'find of Basic': () => found(fromValue(basic)),
  environment: () => fromEnv({ env: { INFLUX_TOKEN: SECRET } }),
  'find of the environment': () => found(fromEnv({ env: { INFLUX_TOKEN: SECRET } })),
  chain: () => chain([fromValue(SECRET), fromTokenFile('/nowhere'), fromKeyring()]),
  'default chain': () => defaultChain({ credentials: SECRET }),
  'find of a chain': () => found(chain([fromValue(SECRET)])),
  'influx profile': async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'fluxauth-secrecy-')), 'configs')
    await writeInfluxProfiles({ default: { url: origin, token: SECRET } }, path)
    const profiles = await readInfluxProfiles(path)
    expect(profiles.get('default')?.token).toBe(SECRET)
    await rm(dirname(path), { recursive: true })
    return profiles
  },
  'error of a host with a password': () =>
    found(fromEnv({ env: { INFLUX_TOKEN: 't', INFLUX_HOST: `http://joe:${SECRET}@localhost` } })).catch(
      (error) => error,
    ),
  'error of exec': () =>
    found(fromExec(process.execPath, ['-e', `console.log('not a token: ${SECRET}'); process.exit(1)`])).catch(
      (error) => error,
    ),
  'error of a malformed token': () => {
    try {
      return authFetch({ origin, credentials: `${SECRET}\r\n` })
    } catch (error) {
      return error
    }
  },
  'error of a malformed token of a provider': () =>
    authFetch({ origin, credentials: () => `${SECRET}\r\n` })('/').catch((error) => error),
  'error around another': () =>
    new AuthError('ERR_AUTHORIZATION_SYNTAX' as never, 'message', undefined, {
      cause: new Error('harmless'),
    }),
}

describe.each(Object.keys(holders))('%s', (name) => {
  test.each<[string, (value: unknown) => unknown]>([
    ['console.log', (value) => format(value)],
    ['util.inspect', (value) => inspect(value, { depth: null, showHidden: true, getters: false })],
    ['JSON.stringify', (value) => JSON.stringify(value)],
    ['String', (value) => String(value)],
    ['structured clone', (value) => inspect(structuredClone(value), { depth: null, showHidden: true })],
    ['Object.entries', (value) => inspect(Object.entries(value as object), { depth: 0 })],
    ['causes', (value) => inspect((value as Error).cause, { depth: null })],
  ])('shows no credential with %s', async (_, print) => {
    const value = await holders[name]?.()
    expect(value).toBeDefined()
    let text: unknown
    try {
      text = print(value)
    } catch (error) {
      text = error // a function cannot be cloned, a circular structure cannot be JSON
    }
    expect(String(text)).not.toContain(SECRET)
    expect(String(text)).not.toContain(Buffer.from(`joe:${SECRET}`).toString('base64'))
  })
})

// What undici, axios and the clients make themselves shows then what it holds, as the README says.
test.each([
  'provider',
  'authorizer',
  'headers',
  'exchange',
  'session',
  'API token',
  'value',
  'find of a value',
  'find of Basic',
  'find of the environment',
  'find of a chain',
  'influx profile',
])('%s shows no credential where what is hidden is printed without being asked how', async (name) => {
  const value = await holders[name]?.()
  const text = inspect(value, { depth: null, showHidden: true, customInspect: false })
  expect(text).not.toContain(SECRET)
})
