// Our guard with the rules of InfluxDB 2 beside a real one: hundreds of requests to both, and every difference is one that the guides name.

import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeBasic } from '@fluxauth/auth-core'
import { createVerifier, scryptPasswords, type User } from '@fluxauth/auth-node/server'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'
import { describeReal, type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, expect, test } from 'vitest'

const TOKEN = 'my-token'
const USER = { username: 'zoë', password: 'p:ä ß€ secret' }
const INACTIVE = { username: 'ines', password: 'some-password' }
const V1 = { username: 'v1user', password: 'v1-password' }

interface Sent {
  readonly method: string
  readonly path: string
  /** Names and values in turn, as they go over the wire. */
  readonly headers: readonly string[]
}

/** What of an answer says who was let in. */
interface Answered {
  readonly status: number
  readonly message: string
}

function ask(origin: string, { method, path, headers }: Sent): Promise<Answered & { cookie: string }> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(origin)
    const request = send(origin + path, { method, headers: ['Host', host, ...headers] }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        const [cookie = ''] = response.headers['set-cookie'] ?? []
        const { statusCode: status = 0 } = response
        resolve({
          status,
          message: status < 400 ? '' : messageOf(text),
          cookie: cookie.split(';', 1)[0] ?? '',
        })
      })
    })
    request.on('error', reject).end()
  })
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message)
  } catch {
    return text
  }
}

/** The same people and tokens as the real server's, behind our guard. */
async function startGuard(inactiveToken: string) {
  const passwords = scryptPasswords({ cost: 1024, parallelization: 1 })
  const hash = await Promise.all([USER, INACTIVE, V1].map(({ password }) => passwords.hash(password)))
  const people: User[] = [
    { id: '1', name: USER.username, password: hash[0], permissions: 'all' },
    { id: '2', name: INACTIVE.username, password: hash[1], status: 'inactive' },
  ]
  const v1User: User = { id: '3', name: V1.username, password: hash[2] }
  // InfluxDB has no limit, and here everything is asked hundreds of times.
  const { attempts: _, ...store } = createMemoryStore()
  const shared = { store, passwords, limits: false, tarpit: false } as const
  const api = createVerifier({
    ...shared,
    product: 'v2',
    findUser: (name, id) => people.find((user) => user.name === name || user.id === id),
  })
  const query = createVerifier({
    ...shared,
    product: 'v2-query',
    schemes: { query: 'u-p' },
    findUser: (name, id) => (name === V1.username ? v1User : people.find((user) => user.id === id)),
  })
  const { tokens } = api
  const owner = { userID: '1', user: USER.username, permissions: [] }
  await tokens.create({ ...owner, token: TOKEN })
  await tokens.create({ ...owner, token: inactiveToken, status: 'inactive' })
  const [apiGuard, queryGuard] = [guardHttp(api), guardHttp(query)]
  const me = apiGuard.protect((_, response) => response.end('{}'))
  const v1 = queryGuard.protect((_, response) => response.end('{}'))
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/api/v2/signin') apiGuard.signIn(request, response)
    else if (path === '/api/v2/signout') apiGuard.signOut(request, response)
    else (path === '/query' ? v1 : me)(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** Every form of an `Authorization`: the header lines that are sent, by what they are called in the list of differences. */
function authorizations(inactive: string): Record<string, readonly string[]> {
  const line = (value: string) => ['Authorization', Buffer.from(value).toString('latin1')]
  const basic = ({ username, password }: typeof USER) => encodeBasic(username, password)
  const values: Record<string, string> = {
    Token: `Token ${TOKEN}`,
    token: `token ${TOKEN}`,
    TOKEN: `TOKEN ${TOKEN}`,
    Bearer: `Bearer ${TOKEN}`,
    bearer: `bearer ${TOKEN}`,
    'an unknown Token': 'Token unknown',
    'an unknown Bearer': 'Bearer unknown',
    'an inactive Token': `Token ${inactive}`,
    'an inactive Bearer': `Bearer ${inactive}`,
    'Token with two blanks': `Token  ${TOKEN}`,
    'Token with a tab': `Token\t${TOKEN}`,
    'Token with blanks behind it': `Token ${TOKEN}  `,
    'Token with more behind it': `Token ${TOKEN} x`,
    'Token in quotes': `Token "${TOKEN}"`,
    'Token alone': 'Token',
    'Bearer alone': 'Bearer',
    'no word': TOKEN,
    'a list': `Token ${TOKEN}, Token ${TOKEN}`,
    'Token ANY:TOKEN': `Token any:${TOKEN}`,
    'Token :TOKEN': `Token :${TOKEN}`,
    'Token V1USER:TOKEN': `Token ${V1.username}:${TOKEN}`,
    'Token V1USER:PASSWORD': `Token ${V1.username}:${V1.password}`,
    'Token ANY:UNKNOWN': 'Token any:unknown',
    'Basic ANY:TOKEN': encodeBasic('any', TOKEN),
    'Basic :TOKEN': encodeBasic('', TOKEN),
    'Basic V1USER:PASSWORD': basic(V1),
    'Basic V1USER:TOKEN': encodeBasic(V1.username, TOKEN),
    'Basic V1USER:WRONG': encodeBasic(V1.username, 'wrong'),
    'Basic USER:PASSWORD': basic(USER),
    'Basic USER:WRONG': encodeBasic(USER.username, 'wrong'),
    'Basic ANY:UNKNOWN': encodeBasic('any', 'unknown'),
    'Basic ANY:': encodeBasic('any', ''),
    'Basic of an inactive user': basic(INACTIVE),
    'Basic in Latin-1': encodeBasic('zoë', 'pä', { charset: 'latin1' }),
    'basic in lower case': encodeBasic('any', TOKEN).replace('Basic', 'basic'),
    'Basic without a colon': 'Basic YWJj',
    'Basic that is no base64': 'Basic !',
    'Basic alone': 'Basic',
    Digest: 'Digest username="x"',
    'an empty value': '',
  }
  return {
    'no Authorization': [],
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, line(value)])),
    'two Authorizations': [...line(`Token ${TOKEN}`), ...line('Token unknown')],
    'Proxy-Authorization alone': ['Proxy-Authorization', `Token ${TOKEN}`],
  }
}

const QUERY = '/query?db=weather&q=SHOW+DATABASES'
const inQuery = (u: string, p: string) => `${QUERY}&${new URLSearchParams({ u, p })}`

/** Which requests differ, and why they may: what a difference is called, and the names of what it is seen at. */
const REASONS: readonly { readonly why: string; readonly applies: (difference: Difference) => boolean }[] = [
  {
    why: 'two Authorization headers are refused, whatever is in them: which comes first is not for the server to say',
    applies: ({ name }) => name.includes('two Authorizations'),
  },
  {
    why: 'two different session cookies are refused, whichever comes first',
    applies: ({ name }) => name.includes('two cookies'),
  },
  {
    why: 'Basic in Latin-1 cannot be read: it is refused in the words for what is no credential, not in those for a wrong one',
    applies: ({ name, ours, real }) => name.includes('Basic in Latin-1') && ours.status === real.status,
  },
  {
    why: 'an inactive user is refused when signing in: InfluxDB lets in, and refuses whatever follows',
    applies: ({ name, ours }) => name.startsWith('sign in: Basic of an inactive user') && ours.status === 403,
  },
]

interface Difference {
  readonly name: string
  readonly ours: Answered
  readonly real: Answered
}

describeReal('our guard beside a real InfluxDB 2', ['influxdb2'], () => {
  let real: RunningInfluxdb2
  let guard: Awaited<ReturnType<typeof startGuard>>
  let inactive: string
  beforeAll(async () => {
    real = await startInfluxdb2({ ...USER, token: TOKEN })
    const call = async (path: string, body: object, method = 'POST') => {
      const headers = { authorization: `Token ${TOKEN}` }
      const response = await fetch(real.url + path, { method, headers, body: JSON.stringify(body) })
      expect(response.ok, path).toBe(true)
      return (response.status === 204 ? {} : await response.json()) as { id: string; token: string }
    }
    const resource = { type: 'buckets', orgID: real.orgID }
    const permissions = [{ action: 'read', resource }]
    const grant = { orgID: real.orgID, permissions }
    inactive = (await call('/api/v2/authorizations', { ...grant, status: 'inactive' })).token
    const v1 = await call('/private/legacy/authorizations', { ...grant, token: V1.username })
    await call(`/private/legacy/authorizations/${v1.id}/password`, { password: V1.password })
    const ines = await call('/api/v2/users', { name: INACTIVE.username })
    await call(`/api/v2/users/${ines.id}/password`, { password: INACTIVE.password })
    await call(`/api/v2/users/${ines.id}`, { status: 'inactive' }, 'PATCH')
    guard = await startGuard(inactive)
  }, 60_000)
  afterAll(async () => {
    guard?.server.closeAllConnections()
    guard?.server.close()
    await real?.stop()
  })

  test('differs where the guides say so, and nowhere else', async () => {
    const signIn = {
      method: 'POST',
      path: '/api/v2/signin',
      headers: authorizations('')['Basic USER:PASSWORD'] ?? [],
    }
    const sessions = {
      ours: (await ask(guard.origin, signIn)).cookie,
      real: (await ask(real.url, signIn)).cookie,
    }
    expect(Object.values(sessions).every((cookie) => cookie.includes('='))).toBe(true)
    const requests: [name: string, make: (cookie: string) => Sent][] = []
    const forms = Object.entries(authorizations(inactive))
    const cookies: Record<string, ((cookie: string) => string) | undefined> = {
      '': undefined,
      ' beside a session': (cookie) => cookie,
      ' beside a session in quotes': (cookie) => cookie.replace(/=(.*)$/, '="$1"'),
      ' beside a junk cookie': () => 'influxdb-oss-session=junk',
    }
    for (const [place, path] of [
      ['me', '/api/v2/me'],
      ['query', QUERY],
    ] as const) {
      for (const [form, headers] of forms) {
        for (const [beside, cookie] of Object.entries(cookies)) {
          requests.push([
            `${place}: ${form}${beside}`,
            (session) => ({
              method: 'GET',
              path,
              headers: [...headers, ...(cookie ? ['Cookie', cookie(session)] : [])],
            }),
          ])
        }
      }
    }
    for (const [form, headers] of forms) {
      requests.push([`sign in: ${form}`, () => ({ method: 'POST', path: '/api/v2/signin', headers })])
      for (const [what, u, p] of [
        ['right', 'any', TOKEN],
        ['of v1', V1.username, V1.password],
        ['wrong', 'any', 'wrong'],
        ['without p', 'any', ''],
        ['without u', '', TOKEN],
      ] as const) {
        requests.push([
          `query, u and p ${what}: ${form}`,
          () => ({ method: 'GET', path: inQuery(u, p), headers }),
        ])
      }
    }
    for (const [order, cookie] of [
      ['the right one first', (session: string) => `${session}; influxdb-oss-session=junk`],
      ['the right one last', (session: string) => `influxdb-oss-session=junk; ${session}`],
      ['the same', (session: string) => `${session}; ${session}`],
    ] as const) {
      requests.push([
        `me: ${order === 'the same' ? 'one cookie twice' : `two cookies, ${order}`}`,
        (session) => ({ method: 'GET', path: '/api/v2/me', headers: ['Cookie', cookie(session)] }),
      ])
    }
    expect(requests.length).toBeGreaterThan(300)

    const differences: Difference[] = []
    for (const [name, make] of requests) {
      const [ours, theirs] = await Promise.all([
        ask(guard.origin, make(sessions.ours)),
        ask(real.url, make(sessions.real)),
      ])
      const [a, b] = [ours, theirs].map(({ status, message }) => ({
        status: status === 204 ? 200 : status,
        message,
      }))
      if (a && b && JSON.stringify(a) !== JSON.stringify(b)) differences.push({ name, ours: a, real: b })
    }
    const reasonOf = (difference: Difference) => REASONS.find(({ applies }) => applies(difference))?.why
    console.log(
      [
        `${requests.length} requests, ${differences.length} of which our guard answers otherwise than InfluxDB 2:`,
        ...differences.map(
          (difference) =>
            `  ${difference.name}: ${difference.ours.status} ${difference.ours.message} | ${difference.real.status} ${difference.real.message} (${reasonOf(difference) ?? 'NO REASON'})`,
        ),
      ].join('\n'),
    )
    expect(differences.filter((difference) => !reasonOf(difference))).toEqual([])
    for (const { why, applies } of REASONS)
      expect(differences.some(applies), `not seen any more: ${why}`).toBe(true)
  }, 120_000)
})
