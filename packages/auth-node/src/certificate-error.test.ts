// Which problem a certificate has, told by real servers and every client.

import https, { type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { startNetwork } from '@fluxauth/auth-testkit'
import axios from 'axios'
import { generate } from 'selfsigned'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authAxios } from './clients/axios.ts'
import { authHttp } from './clients/http.ts'
import { authInfluxDB } from './clients/influxdb-client.ts'
import { authInfluxDBClient } from './clients/influxdb3-client.ts'
import { authDispatcher } from './clients/undici.ts'
import { authFetch, explainCertificateError } from './index.ts'

const YEAR = 365 * 86_400_000
const credentials = 'my-s3cret'

test('a certificate of the server’s own is named by Node’s fetch, with the ways to trust it', async () => {
  const network = await startNetwork()
  const { port } = new URL(network.home)
  const error = await fetch(`https://127.0.0.1:${port}/`).catch((reason: unknown) => reason)
  const message = explainCertificateError(error)
  expect(message).toContain('has signed its certificate itself')
  expect(message).toContain('NODE_EXTRA_CA_CERTS')
  expect(message).toContain('option ca')
  // The Agent that fetch takes heeds no `ca` of its own.
  expect(message).toContain('within connect of an Agent of undici')
  const { ca } = network
  const agents = [new Agent({ ca } as Agent.Options), new Agent({ connect: { ca } })]
  const answers = agents.map((dispatcher) => undiciFetch(`https://127.0.0.1:${port}/`, { dispatcher }))
  const outcomes = await Promise.allSettled(answers)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  await Promise.all(agents.map((agent) => agent.destroy()))
  await network.stop()
})

interface Certificate {
  readonly name?: string
  readonly from?: number
  readonly until?: number
  readonly ca?: { readonly key: string; readonly cert: string }
}

/** Makes a certificate: for 127.0.0.1, unless it is for a name, and of the server's own, unless it is an authority's. */
async function make({ name, from = -YEAR, until = YEAR, ca }: Certificate = {}) {
  const { private: key, cert } = await generate(
    [{ name: 'commonName', value: ca ? (name ?? 'a server') : 'who signs by himself' }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date(Date.now() + from),
      notAfterDate: new Date(Date.now() + until),
      extensions: [
        { name: 'basicConstraints', cA: !ca },
        { name: 'keyUsage', digitalSignature: true, keyCertSign: !ca },
        {
          name: 'subjectAltName',
          altNames: [name ? { type: 2, value: name } : { type: 7, ip: '127.0.0.1' }],
        },
      ],
      ...(ca && { ca }),
    },
  )
  return { key, cert }
}

/** Sends a request with each client, that trusts an authority beside the usual ones. */
const clients: Record<string, (origin: string, ca: string | undefined) => Promise<unknown>> = {
  fetch(origin, ca) {
    const dispatcher = new Agent({ connect: { ...(ca && { ca }) } })
    const fetch = ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as never
    return authFetch({ origin, credentials, fetch })('/')
  },
  undici(origin, ca) {
    const dispatcher = authDispatcher(new Agent({ connect: { ...(ca && { ca }) } }), { origin, credentials })
    return dispatcher.request({ origin, path: '/', method: 'GET' })
  },
  http(origin, ca) {
    return authHttp({ origin, credentials, agents: { https: new https.Agent({ ca }) } }).get('/')
  },
  axios(origin, ca) {
    const api = axios.create({ httpsAgent: new https.Agent({ ca }) })
    authAxios(api, { origin, credentials })
    return api.get('/')
  },
  'the InfluxDB 2 client'(url, ca) {
    const { transport } = authInfluxDB({ url, credentials, transportOptions: { ca, agent: false } })
    return transport.request('/', '', { method: 'GET' })
  },
  async 'the InfluxDB 3 client'(host, ca) {
    const influx = authInfluxDBClient({
      host,
      credentials,
      database: 'db',
      transportOptions: { ca, agent: false },
    })
    await influx.write('air t=1').finally(() => influx.close())
  },
}

describe.each<[string, { trusts: boolean; says: string; remedy: string | undefined }]>([
  ['has expired', { trusts: true, says: 'out of date', remedy: 'renew it' }],
  ['is not valid yet', { trusts: true, says: 'not valid yet', remedy: 'clocks' }],
  [
    'is for another name',
    { trusts: true, says: 'another name', remedy: 'by a name that is in its certificate' },
  ],
  ['is of an unknown issuer', { trusts: false, says: 'whole chain', remedy: undefined }],
  [
    'is of an unknown issuer, who is sent along',
    { trusts: false, says: 'an authority that', remedy: undefined },
  ],
  ['is the server’s own', { trusts: false, says: 'signed its certificate itself', remedy: undefined }],
])('a certificate that %s', (kind, { trusts, says, remedy }) => {
  let server: https.Server
  let origin: string
  let ca: string | undefined
  let requests = 0
  beforeAll(async () => {
    const authority = await make()
    const options: Record<string, () => Promise<ServerOptions>> = {
      'has expired': () => make({ ca: authority, until: -YEAR / 2 }),
      'is not valid yet': () => make({ ca: authority, from: YEAR / 2 }),
      'is for another name': () => make({ ca: authority, name: 'other.test' }),
      'is of an unknown issuer': () => make({ ca: authority }),
      'is of an unknown issuer, who is sent along': async () => {
        const { key, cert } = await make({ ca: authority })
        return { key, cert: `${cert}\n${authority.cert}` }
      },
      'is the server’s own': () => make(),
    }
    ca = trusts ? authority.cert : undefined
    server = https.createServer((await options[kind]?.()) ?? {}, (_, response) => {
      requests++
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test.each(Object.keys(clients))('is explained to who calls with %s, and gets no request', async (name) => {
    const error = await clients[name]?.(origin, ca).catch((reason: unknown) => reason)
    const message = explainCertificateError(error)
    expect(message, `${error}`).toContain(says)
    for (const way of remedy ? [remedy] : ['NODE_EXTRA_CA_CERTS', 'option ca']) expect(message).toContain(way)
    expect(message).not.toMatch(/REJECT_UNAUTHORIZED|insecure|rejectUnauthorized/i)
    expect(requests).toBe(0)
  })
})

test.each([
  ['CERT_HAS_EXPIRED', 'out of date'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'whole chain'],
])('%s is found among the causes, whatever is around it', (code, expected) => {
  const cause = Object.assign(new Error('x'), { code })
  const message = explainCertificateError(
    new TypeError('fetch failed', { cause: new AggregateError([cause]) }),
  )
  expect(message).toContain(expected)
  expect(message).not.toMatch(/REJECT_UNAUTHORIZED|insecure|rejectUnauthorized/i)
})

test('what is about something else is left alone', () => {
  const circle = new Error('x')
  circle.cause = circle
  for (const error of [
    circle,
    undefined,
    'x',
    Object.assign(new Error(), { code: 'ECONNREFUSED' }),
    { code: 'constructor' },
  ])
    expect(explainCertificateError(error)).toBeUndefined()
})
