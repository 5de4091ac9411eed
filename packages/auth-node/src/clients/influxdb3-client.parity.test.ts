// The InfluxDB 3 client's writes are the same with our credential as with its own token. Queries are gRPC, and have tests beside the client.

import { type ParityRequest, testParity } from '@fluxauth/auth-testkit'
import { HttpError, InfluxDBClient, setLogger, type WriteOptions } from '@influxdata/influxdb3-client'
import { authInfluxDBClient } from './influxdb3-client.ts'

setLogger({ error: () => undefined, warn: () => undefined })

type Options = Partial<WriteOptions> & { readonly org?: string; readonly database?: string }
const headers = (headers: Record<string, unknown>) => (): Options => ({ headers: headers as never })

testParity<string | string[], Options>('@influxdata/influxdb3-client, write', {
  create({ origin, credentials }) {
    const options = {
      host: `${origin}/influx`,
      database: 'db',
      headers: { 'X-Client': '1' },
      writeOptions: { headers: { 'X-Write': '1' }, precision: 'ms', defaultTags: { of: 'all' } } as const,
      timeout: 1000,
    }
    const using = (client: InfluxDBClient) => {
      return async ({ body = 'a b=1', options = {} }: ParityRequest<string | string[], Options>) => {
        const { database, org, ...given } = options
        try {
          return await client.write(body, database, org, Object.keys(given).length > 0 ? given : undefined)
        } catch (error) {
          if (!(error instanceof HttpError)) throw error
          const { statusCode, statusMessage, body, contentType, code, json, headers, message } = error
          return { thrown: { statusCode, statusMessage, body, contentType, code, json, headers, message } }
        }
      }
    }
    const alone = new InfluxDBClient({ ...options, token: credentials })
    const wrapped = authInfluxDBClient({ ...options, credentials })
    return {
      alone: using(alone),
      wrapped: using(wrapped),
      close: () => Promise.all([alone.close(), wrapped.close()]),
    }
  },
  differences: [
    {
      requests: /^option an Authorization of the caller’s/,
      reason:
        'It is spelt in small letters: of two spellings the client would send both, and it stands where a credential does.',
    },
  ],
  methods: ['POST'],
  // Alone, it waits for more behind a switch of protocols, without an end.
  leavesOut: /^answer a switch of protocols$/,
  bodies: {
    'line protocol': () => 'home,room=ß temp=1',
    'several lines': () => ['a b=1', 'c d=2'],
    'no line': () => [],
    'an empty line': () => '',
  },
  options: {
    'headers in any case': headers({ 'X-Mine': '1', 'user-agent': 'mine' }),
    'headers of the client in another case': headers({ 'x-client': 'mine', 'x-WRITE': 'mine' }),
    'headers with several values': headers({ 'x-mine': ['1', '2'] }),
    'headers with a value in Unicode': headers({ 'x-mine': '€' }),
    'headers with a value that is undefined': headers({ 'x-mine': undefined }),
    'headers with a line end in a value': headers({ 'x-mine': 'a\r\nb: c' }),
    'a type of content': headers({ 'content-type': 'text/x-mine' }),
    'a Host': headers({ Host: 'virtual.test' }),
    'an Authorization of the caller’s': headers({ authorization: 'Basic eDp5' }),
    'an Authorization of the caller’s in capitals': headers({ AUTHORIZATION: 'Basic eDp5' }),
    'another database': () => ({ database: 'other ß' }),
    'an organization': () => ({ org: 'my org' }),
    precision: () => ({ precision: 's' }),
    noSync: () => ({ noSync: true }),
    'default tags': () => ({ defaultTags: { a: 'ß' } }),
    'compressing all': () => ({ gzipThreshold: 0 }),
    'a time limit': () => ({ timeout: 900 }),
  },
})
