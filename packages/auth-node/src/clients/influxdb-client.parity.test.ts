// The InfluxDB v2 client is the same with our transport as with its own token, over each way in which its APIs send.

import { type ParityClient, type ParityRequest, testParity } from '@fluxauth/auth-testkit'
import {
  type ClientOptions,
  HttpError,
  InfluxDB,
  type SendOptions,
  type Transport,
} from '@influxdata/influxdb-client'
import { authInfluxDB } from './influxdb-client.ts'

type Options = Partial<SendOptions> & { readonly path?: string }
type Call = (transport: Transport, request: Request) => Promise<unknown>

interface Request {
  readonly path: string
  readonly body: string
  readonly options: SendOptions
}

const textOf = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString('latin1')

const calls: Readonly<Record<string, Call>> = {
  async request(transport, { path, body, options }) {
    let started: unknown
    const answer = await transport.request(path, body, options, (headers, status) => {
      started = { headers, status }
    })
    return { answer, started }
  },
  async iterate(transport, { path, body, options }) {
    const chunks: Uint8Array[] = []
    for await (const chunk of transport.iterate(path, body, options)) chunks.push(chunk)
    return textOf(chunks)
  },
  send(transport, { path, body, options }) {
    const chunks: Uint8Array[] = []
    let started: unknown
    return new Promise((resolve, reject) => {
      transport.send(path, body, options, {
        responseStarted: (headers, status) => {
          started = { headers, status }
        },
        next: (chunk: Uint8Array) => {
          chunks.push(chunk)
        },
        error: reject,
        complete: () => resolve({ started, text: textOf(chunks) }),
      })
    })
  },
}

const headers = (headers: Record<string, unknown>) => (): Options => ({ headers: headers as never })

const client: Omit<ParityClient<string, Options>, 'create'> = {
  differences: [
    {
      requests: /^option an Authorization of the caller’s in capitals/,
      reason: 'It is spelt in small letters: of two spellings the client would send both.',
    },
  ],
  // Alone, it waits for more behind a switch of protocols, without an end.
  leavesOut: /^answer a switch of protocols$/,
  bodies: { text: () => 'text ß', 'empty text': () => '' },
  options: {
    'headers in any case': headers({ 'X-Mine': '1', 'user-agent': 'mine', Accept: 'text/csv' }),
    'headers of the client in another case': headers({ 'x-client': 'mine' }),
    'headers with several values': headers({ 'x-mine': ['1', '2'] }),
    'headers with a value in Latin-1': headers({ 'x-mine': 'é' }),
    'headers with a value in Unicode': headers({ 'x-mine': '€' }),
    'headers with a name that is none': headers({ 'a b': '1' }),
    'headers with a value that is undefined': headers({ 'x-mine': undefined }),
    'headers with a line end in a value': headers({ 'x-mine': 'a\r\nb: c' }),
    'a type of content': headers({ 'content-type': 'text/x-mine' }),
    'an Accept of JSON': headers({ accept: 'application/json' }),
    'a Content-Length that is wrong': headers({ 'content-length': '3' }),
    'a Host': headers({ Host: 'virtual.test' }),
    'an Expect': headers({ Expect: '100-continue' }),
    'a Connection that closes': headers({ Connection: 'close' }),
    'an Authorization of the caller’s': headers({ authorization: 'Basic eDp5' }),
    'an Authorization of the caller’s in capitals': headers({ AUTHORIZATION: 'Basic eDp5' }),
    'compressing all': () => ({ gzipThreshold: 0 }),
    'compressing nothing': () => ({ gzipThreshold: 1_000_000 }),
    'a signal': () => ({ signal: new AbortController().signal }),
    'a signal that has aborted': () => ({ signal: AbortSignal.abort() }),
    'a signal that has aborted for a reason': () => ({ signal: AbortSignal.abort(new RangeError('mine')) }),
    'a method in small letters': () => ({ method: 'put' }),
    'a method that is none': () => ({ method: 'a b' }),
    'a path that is none': () => ({ path: '/a b' }),
    'a path with what must be encoded': () => ({ path: '/é?x=ß' }),
  },
}

for (const [name, call] of Object.entries(calls)) {
  testParity<string, Options>(`@influxdata/influxdb-client, ${name}`, {
    ...client,
    create({ origin, credentials }) {
      const options = {
        url: `${origin}/influx`,
        headers: { 'X-Client': '1' },
        timeout: 1000,
      } satisfies ClientOptions
      const using = ({ transport }: InfluxDB) => {
        return ({ url, method, body = '', options = {} }: ParityRequest<string, Options>) => {
          const { pathname, search } = new URL(url)
          const { path = pathname + search, ...given } = options
          return call(transport, { path, body, options: { method, ...given } }).catch((error) => {
            if (!(error instanceof HttpError)) throw error
            const { statusCode, statusMessage, body, contentType, code, json, headers, message } = error
            return { thrown: { statusCode, statusMessage, body, contentType, code, json, headers, message } }
          })
        }
      }
      return {
        alone: using(new InfluxDB({ ...options, token: credentials })),
        wrapped: using(authInfluxDB({ ...options, credentials })),
      }
    },
  })
}
