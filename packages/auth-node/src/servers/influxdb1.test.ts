// The guard with the rules of InfluxDB 1 beside what an InfluxDB 1.13.2 answered to the same requests, as it was noted on a running server.

import { request } from 'node:http'
import { encodeBasic } from '@fluxauth/auth-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVerifier } from '../verifier/index.ts'
import { guardHttp } from './http.ts'
import { listen } from './testing/listen.ts'

const USERS: Readonly<Record<string, string>> = {
  admin: 'a',
  colon: 'p:q:r',
  zoë: 'ä€',
  blank: 'p q',
}

const RIGHT = '200'
const UNREADABLE = '401 Basic realm="InfluxDB" {"error":"unable to parse authentication credentials"}'
const FAILED = '401 Basic realm="InfluxDB" {"error":"authorization failed"}'
const NAMELESS = '401 Basic realm="InfluxDB" {"error":"username required"}'

const admin = encodeBasic('admin', 'a')
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Each `Authorization` and the answer to it. */
const HEADERS: readonly (readonly [fields: string | readonly string[], answer: string])[] = [
  [[], UNREADABLE],
  ['', UNREADABLE],
  [admin, RIGHT],
  [admin.replace('Basic', 'bAsIc'), RIGHT],
  [admin.replace(' ', '  '), UNREADABLE],
  [admin.replace(' ', '\t'), UNREADABLE],
  [`${admin} x`, UNREADABLE],
  [encodeBasic('admin', 'x'), FAILED],
  [encodeBasic('nobody', 'x'), FAILED],
  [encodeBasic('', 'a'), NAMELESS],
  [encodeBasic('admin', ''), FAILED],
  [`Basic ${base64('admin')}`, UNREADABLE],
  ['Basic !!!', UNREADABLE],
  [encodeBasic('zoë', 'ä').replace(/=+$/, ''), UNREADABLE],
  [`Basic ${Buffer.from('zoë:ä€').toString('base64url')}`, UNREADABLE],
  ['Basic', UNREADABLE],
  [encodeBasic('colon', 'p:q:r'), RIGHT],
  [encodeBasic('zoë', 'ä€'), RIGHT],
  [encodeBasic('blank', 'p q'), RIGHT],
  ['Token admin:a', RIGHT],
  ['token admin:a', UNREADABLE],
  ['TOKEN admin:a', UNREADABLE],
  ['Token colon:p:q:r', RIGHT],
  ['Token blank:p q', UNREADABLE],
  ['Token  admin:a', UNREADABLE],
  ['Token admin:x', FAILED],
  ['Token admin', UNREADABLE],
  ['Token :a', NAMELESS],
  ['Token admin:', FAILED],
  ['Token', UNREADABLE],
  ['Token :', NAMELESS],
  ['Digest x', UNREADABLE],
]

/** What stands in the query, and the answer to it. */
const QUERIES: readonly (readonly [query: string, answer: string])[] = [
  ['u=admin&p=a', RIGHT],
  ['u=admin&p=x', FAILED],
  ['u=&p=a', UNREADABLE],
  ['p=a', UNREADABLE],
  ['u=admin', UNREADABLE],
  ['u=admin&p=', UNREADABLE],
  ['u=zo%C3%AB&p=%C3%A4%E2%82%AC', RIGHT],
  ['u=colon&p=p:q:r', RIGHT],
  ['u=blank&p=p+q', RIGHT],
  ['u=admin&p=%zz', UNREADABLE],
]

/** Where the guard answers otherwise on purpose, and why. */
const DIFFERENCES: readonly (readonly [
  what: string,
  fields: readonly string[],
  theirs: string,
  ours: string,
])[] = [
  ['two fields are an error, not a choice', [admin, admin], RIGHT, UNREADABLE],
  ['two fields, of which it reads the first', [encodeBasic('admin', 'x'), admin], FAILED, UNREADABLE],
  [
    'bytes that are no UTF-8 are no password',
    [encodeBasic('admin', 'é', { charset: 'latin1' })],
    FAILED,
    UNREADABLE,
  ],
  ['a Token holds ASCII alone', [Buffer.from('Token zoë:ä€').toString('latin1')], RIGHT, UNREADABLE],
  [
    'no JWT is read',
    ['Bearer abc'],
    '401 Basic realm="InfluxDB" {"error":"bearer auth disabled"}',
    UNREADABLE,
  ],
]

describe('the guard as InfluxDB 1.13.2 is', () => {
  let server: Awaited<ReturnType<typeof listen>>
  beforeAll(async () => {
    const verifier = createVerifier({
      product: 'v1',
      schemes: { query: 'u-p' },
      findUser: (name) =>
        Object.hasOwn(USERS, name)
          ? { id: name, name, password: `${USERS[name]}`, permissions: 'all' }
          : undefined,
      passwords: {
        hash: async (password) => password,
        verify: async (password, stored) => password === stored,
        isOutdated: () => false,
      },
    })
    server = await listen(guardHttp(verifier).protect((_, response) => response.end()))
  })
  afterAll(() => server.close())

  function ask(fields: readonly string[], query = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = ['Host', 'localhost', ...fields.flatMap((value) => ['Authorization', value])]
      const url = `${server.origin}/query?q=SHOW+DATABASES&${query}`
      const sent = request(url, { headers }, async (response) => {
        let body = ''
        for await (const chunk of response) body += chunk
        const challenge = response.headers['www-authenticate']
        resolve([response.statusCode, challenge, body.trim()].filter(Boolean).join(' '))
      })
      sent.on('error', reject).end()
    })
  }

  test.each(HEADERS)('%j', async (fields, answer) => {
    expect(await ask([fields].flat())).toBe(answer)
  })

  test.each(QUERIES)('in the query: %s', async (query, answer) => {
    expect(await ask([], query)).toBe(answer)
  })

  test.each(DIFFERENCES)('otherwise on purpose: %s', async (_, fields, theirs, ours) => {
    expect(await ask(fields)).toBe(ours)
    expect(ours).not.toBe(theirs)
  })
})
