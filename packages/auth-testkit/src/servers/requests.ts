// The requests that every server must answer alike: scheme by form by outcome, for each product.

import { encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import type { VerifierOptions } from '@fluxauth/auth-core/server'
import { BOBS_BUCKET, secrets } from './accounts.ts'

/** What a server is to answer. */
export interface ExpectedAnswer {
  readonly status: number
  /** `null` for a header that must be absent. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Text exactly, or what a JSON body must hold at least. */
  readonly body?: string | Readonly<Record<string, unknown>>
}

/** A request, and what is to be answered. */
export interface ServerScenario {
  readonly title: string
  /** What the verifier is made with, beside the suite's accounts. */
  readonly verifier: Partial<VerifierOptions>
  /** Default `'GET'`. */
  readonly method?: string
  /** Default `/api/v2/me`. */
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  readonly answer: ExpectedAnswer
}

const { alice, bob, off, ines, nobody, password } = secrets
const ME = '/api/v2/me'
const cookie = `influxdb-oss-session=${secrets.session}`
const basic = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`

/** Who is let in. */
const letIn = (user: string, by: string): ExpectedAnswer => ({ status: 200, body: { user, by } })
const ALICE = letIn('alice', 'token')
const BOB = letIn('bob', 'token')
const ALICE_BY_PASSWORD = letIn('alice', 'password')
const ALICE_BY_SESSION = letIn('alice', 'session')

/** How each product refuses, as it was read from their sources and seen on the wire. */
const json = 'application/json; charset=utf-8'
const v2Refusal = (status: number, code: string, message: string): ExpectedAnswer => ({
  status,
  headers: {
    'content-type': json,
    'x-platform-error-code': code,
    'www-authenticate': null,
    'cache-control': 'no-store',
  },
  body: JSON.stringify({ code, message }),
})
const v1Refusal = (error: string): ExpectedAnswer => ({
  status: 401,
  headers: {
    'content-type': json,
    'www-authenticate': 'Basic realm="InfluxDB"',
    'x-platform-error-code': null,
    'cache-control': 'no-store',
  },
  body: JSON.stringify({ error }),
})
const empty = (status: number): ExpectedAnswer => ({
  status,
  headers: { 'content-type': null, 'www-authenticate': null, 'x-platform-error-code': null },
  body: '',
})
const UNAUTHORIZED = v2Refusal(401, 'unauthorized', 'unauthorized access')
const DISABLED = v2Refusal(403, 'forbidden', 'User is inactive')
const FORBIDDEN = v2Refusal(403, 'forbidden', 'insufficient permissions')
const TOKEN_INACTIVE = v2Refusal(401, 'unauthorized', 'token is inactive')
/** InfluxDB 2's at `/query` and `/write`, where a credential was read. */
const QUERY_REFUSED = v2Refusal(401, 'unauthorized', 'Unauthorized')
const UNPARSED = v1Refusal('unable to parse authentication credentials')
const FAILED = v1Refusal('authorization failed')
const MALFORMED: ExpectedAnswer = {
  status: 400,
  headers: { 'content-type': json, 'www-authenticate': null },
  body: JSON.stringify({ error: 'Authorization header was malformed' }),
}

type Row = readonly [title: string, authorization: string | undefined, answer: ExpectedAnswer]

/** Requests that differ in their `Authorization` value alone. */
function rows(
  prefix: string,
  verifier: Partial<VerifierOptions>,
  list: readonly Row[],
  rest: Partial<ServerScenario> = {},
): ServerScenario[] {
  return list.map(([title, authorization, answer]) => ({
    ...rest,
    title: `${prefix}: ${title}`,
    verifier,
    headers: { ...rest.headers, ...(authorization !== undefined && { authorization }) },
    answer,
  }))
}

const serverless = { product: 'cloud-serverless' } as const
const v2 = { product: 'v2' } as const
const v1 = { product: 'v1' } as const
const v3 = { product: 'v3' } as const
const v2Query = { product: 'v2-query' } as const
const compatible: Partial<VerifierOptions> = {
  product: 'v2',
  schemes: { basic: 'password-or-token', tokenPair: true, query: 'u-p' },
}
const query = (u: string, p: string) => `${ME}?${new URLSearchParams({ q: 'SHOW DATABASES', u, p })}`

const malformedBasics: readonly Row[] = [
  ['Basic alone', 'Basic', UNAUTHORIZED],
  ['Basic without padding', basic(`alice:${alice}`).replace(/=+$/, ''), UNAUTHORIZED],
  ['Basic with a stray bit', 'Basic YWxpY2U6cHdkZ=', UNAUTHORIZED],
  ['Basic in the URL-safe alphabet', basic('alice:>>>???').replace('+', '-').replace('/', '_'), UNAUTHORIZED],
  ['Basic without a colon', basic(alice), UNAUTHORIZED],
  ['Basic with bytes that are no UTF-8', basic('alice:\xff\xfe'), UNAUTHORIZED],
  ['Basic with a control character', basic(`alice:${alice}\x07`), UNAUTHORIZED],
  ['Basic with two spaces', encodeBasic('alice', alice).replace(' ', '  '), UNAUTHORIZED],
  ['Basic with more behind it', `${encodeBasic('alice', alice)} x`, UNAUTHORIZED],
]

/** Over HTTP as InfluxDB Cloud Serverless has it. */
const serverlessRequests = rows('Cloud Serverless', serverless, [
  ['no credential', undefined, UNAUTHORIZED],
  ['Token', encodeToken(alice), ALICE],
  ["another's Token", encodeToken(bob), BOB],
  ['token in lower case', `token ${alice}`, UNAUTHORIZED],
  ['TOKEN in upper case', `TOKEN ${alice}`, UNAUTHORIZED],
  ['a Token that nobody has', encodeToken(nobody), UNAUTHORIZED],
  ['a Token in another case', encodeToken(alice.toUpperCase()), UNAUTHORIZED],
  ['Token alone', 'Token', UNAUTHORIZED],
  ['Token with two spaces', `Token  ${alice}`, UNAUTHORIZED],
  ['Token with a tab', `Token\t${alice}`, UNAUTHORIZED],
  ['Token with more behind it', `Token ${alice} x`, UNAUTHORIZED],
  ['Token without its word', alice, UNAUTHORIZED],
  ['Token USER:TOKEN', `Token alice:${alice}`, UNAUTHORIZED],
  ['Bearer', encodeBearer(alice), UNAUTHORIZED],
  ['an unknown scheme', 'Digest username="alice"', UNAUTHORIZED],
  ['an empty value', '', UNAUTHORIZED],
  ['two credentials in one value', `Token ${alice}, Token ${alice}`, UNAUTHORIZED],
  ['bytes outside ASCII', `Token ${alice}\xe4`, UNAUTHORIZED],
  ['a value of more than 8,192 characters', `Token ${'a'.repeat(8187)}`, UNAUTHORIZED],
  ['an inactive Token', encodeToken(off), UNAUTHORIZED],
  ['the Token of an inactive user', encodeToken(ines), DISABLED],
  ['Basic with user name and token', encodeBasic('alice', alice), ALICE],
  ['basic in lower case', encodeBasic('alice', alice).replace('Basic', 'basic'), ALICE],
  ["Basic with another's name", encodeBasic('bob', alice), UNAUTHORIZED],
  ['Basic without a user name', encodeBasic('', alice), UNAUTHORIZED],
  ['Basic without a token', encodeBasic('alice', ''), UNAUTHORIZED],
  ['Basic with a password', encodeBasic('alice', password), UNAUTHORIZED],
  ['Basic with a token that nobody has', encodeBasic('alice', nobody), UNAUTHORIZED],
  ['Basic with an inactive token', encodeBasic('alice', off), UNAUTHORIZED],
  ...malformedBasics,
])

const v2Requests = [
  ...rows('v2', v2, [
    ['Token', `Token ${alice}`, ALICE],
    ['token', `token ${alice}`, ALICE],
    ['TOKEN', `TOKEN ${alice}`, ALICE],
    ['Bearer', `Bearer ${alice}`, ALICE],
    ['bearer', `bearer ${alice}`, ALICE],
    ['Basic, which is for signing in alone', encodeBasic('alice', password), UNAUTHORIZED],
    ['an inactive Token', encodeToken(off), TOKEN_INACTIVE],
  ]),
  ...rows(
    'v2, beside a session',
    v2,
    [
      ['Basic, which a proxy wants', encodeBasic('proxy', 'secret'), ALICE_BY_SESSION],
      ['Basic that is malformed', 'Basic !', ALICE_BY_SESSION],
      ['a word alone', 'Token', ALICE_BY_SESSION],
      ['another scheme', 'Negotiate YII=', ALICE_BY_SESSION],
      ['a Token', encodeToken(bob), BOB],
      ['a Token that nobody has', encodeToken(nobody), UNAUTHORIZED],
      ['a Bearer in lower case that nobody has', `bearer ${nobody}`, UNAUTHORIZED],
    ],
    { headers: { cookie } },
  ),
  ...rows(
    'v2, beside a session that there is none of',
    v2,
    [['Basic', encodeBasic('a', 'b'), UNAUTHORIZED]],
    {
      headers: { cookie: `${cookie}x` },
    },
  ),
  ...rows('v2', v2, [['a session in quotes', undefined, ALICE_BY_SESSION]], {
    headers: { cookie: `influxdb-oss-session="${secrets.session}"` },
  }),
  ...rows('v2', v2, [['u and p, which are off', undefined, UNAUTHORIZED]], {
    path: query('alice', password),
  }),
  ...rows('v1-compatible', compatible, [
    ['Token USER:TOKEN', `Token alice:${alice}`, ALICE],
    ['Token USER:PASSWORD', 'Token alice:wrong', UNAUTHORIZED],
    ['Basic with a password', encodeBasic('alice', password), ALICE_BY_PASSWORD],
    ['Basic with a token', encodeBasic('alice', alice), ALICE],
    ['Basic with a wrong password', encodeBasic('alice', 'wrong'), UNAUTHORIZED],
  ]),
  ...rows('v1-compatible', compatible, [['u and p', undefined, ALICE_BY_PASSWORD]], {
    path: query('alice', password),
  }),
  ...rows('v1-compatible', compatible, [['u and p with a token', undefined, ALICE]], {
    path: query('alice', alice),
  }),
  ...rows('v1-compatible', compatible, [['u and p before the header', encodeToken(bob), ALICE]], {
    path: query('alice', alice),
  }),
  ...rows(
    'v1-compatible',
    compatible,
    [['wrong u and p, whatever the header', encodeToken(alice), UNAUTHORIZED]],
    {
      path: query('alice', 'wrong'),
    },
  ),
  ...rows('v1-compatible', compatible, [['u without p', encodeToken(bob), BOB]], {
    path: query('alice', ''),
  }),
]

/** As InfluxDB 2.8.0 answers at `/query` and `/write`, seen on a running server. */
const v2QueryRequests = [
  ...rows('v2-query', v2Query, [
    ['no credential', undefined, UNAUTHORIZED],
    ['Token', encodeToken(alice), ALICE],
    ['token in lower case', `token ${alice}`, UNAUTHORIZED],
    ['Bearer', encodeBearer(alice), UNAUTHORIZED],
    ['Token ANY:TOKEN', `Token any:${alice}`, ALICE],
    ['Token USER:TOKEN', `Token alice:${alice}`, ALICE],
    ['Token USER:PASSWORD', `Token alice:pwd`, QUERY_REFUSED],
    ['a Token that nobody has', encodeToken(nobody), QUERY_REFUSED],
    ['an inactive Token', encodeToken(off), QUERY_REFUSED],
    ['the Token of an inactive user', encodeToken(ines), QUERY_REFUSED],
    ['Basic with any name and a token', encodeBasic('any', alice), ALICE],
    ['Basic without a name, and a token', encodeBasic('', alice), ALICE],
    ['basic in lower case', encodeBasic('any', alice).replace('Basic', 'basic'), ALICE],
    ['Basic with a name and its password', encodeBasic('alice', password), ALICE_BY_PASSWORD],
    ['Basic with a name that has a password, and a token', encodeBasic('alice', alice), QUERY_REFUSED],
    ['Basic with any name and a token that nobody has', encodeBasic('any', nobody), QUERY_REFUSED],
    ['Basic with a wrong password', encodeBasic('alice', 'wrong'), QUERY_REFUSED],
    ['Basic that is malformed', 'Basic !', UNAUTHORIZED],
  ]),
  ...rows('v2-query', v2Query, [['u and p, which are off', undefined, UNAUTHORIZED]], {
    path: query('any', alice),
  }),
  ...rows('v2-query', { ...v2Query, schemes: { query: 'u-p' } }, [['u and p', undefined, ALICE]], {
    path: query('any', alice),
  }),
  ...rows('v2-query', v2Query, [['a session, which there is none of', undefined, UNAUTHORIZED]], {
    headers: { cookie },
  }),
]

const v1Requests = [
  ...rows('v1', v1, [
    ['no credential', undefined, UNPARSED],
    ['Basic', encodeBasic('alice', password), ALICE_BY_PASSWORD],
    ['basic in lower case', encodeBasic('alice', password).replace('Basic', 'basic'), ALICE_BY_PASSWORD],
    ['Basic with a wrong password', encodeBasic('alice', 'wrong'), FAILED],
    ['Basic of nobody', encodeBasic('nobody', password), FAILED],
    ['Basic of an inactive user', encodeBasic('ines', password), FAILED],
    ['Basic without a user name', encodeBasic('', password), v1Refusal('username required')],
    ['Basic with two spaces', encodeBasic('alice', password).replace(' ', '  '), UNPARSED],
    ['Basic that is malformed', 'Basic QQ=', UNPARSED],
    ['Token USER:PASSWORD', 'Token bob:wrong', FAILED],
    ['token USER:PASSWORD in lower case', 'token bob:wrong', UNPARSED],
    ['Token', encodeToken(alice), UNPARSED],
    ['Bearer', encodeBearer(alice), UNPARSED],
  ]),
  ...rows('v1', { product: 'v1', schemes: { query: 'u-p' } }, [['u and p', undefined, ALICE_BY_PASSWORD]], {
    path: query('alice', password),
  }),
  ...rows('v1', v1, [['a session, which there is none of', undefined, UNPARSED]], { headers: { cookie } }),
]

const v3Requests = [
  ...rows('v3', v3, [
    ['no credential', undefined, empty(401)],
    ['Token', encodeToken(alice), ALICE],
    ['Bearer', encodeBearer(alice), ALICE],
    ['Basic with any user name', encodeBasic('whoever', alice), ALICE],
    ['Basic without a user name', encodeBasic('', alice), ALICE],
    ['Basic with two colons', encodeBasic('alice', `x:${alice}`), MALFORMED],
    ['Basic with a token that nobody has', encodeBasic('alice', nobody), empty(401)],
    ['token in lower case', `token ${alice}`, MALFORMED],
    ['bearer in lower case', `bearer ${alice}`, MALFORMED],
    ['basic in lower case', encodeBasic('alice', alice).replace('Basic', 'basic'), MALFORMED],
    ['an unknown scheme', 'Digest username="alice"', MALFORMED],
    ['a Token that nobody has', encodeToken(nobody), empty(401)],
    ['an inactive Token', encodeToken(off), empty(401)],
    ['the Token of an inactive user', encodeToken(ines), empty(403)],
    ['bytes outside ASCII', `Token ${alice}\xe4`, empty(500)],
  ]),
  ...rows('v3', v3, [['p, which is off', undefined, empty(401)]], { path: `${ME}?p=${alice}` }),
  ...rows('v3', { product: 'v3', schemes: { query: 'p' } }, [['p', undefined, ALICE]], {
    path: `${ME}?p=${encodeURIComponent(alice)}`,
  }),
  ...rows('v3', v3, [['without the permission', encodeToken(bob), empty(403)]], { path: '/api/v2/buckets' }),
]

const CREATED = { status: 201 } as const
/** A cookie, and who sent the request; a GET changes nothing, so it is let in from anywhere. */
const cookieRows: readonly [
  title: string,
  method: 'GET' | 'POST',
  headers: Readonly<Record<string, string>>,
  answer: ExpectedAnswer,
][] = [
  ['a session', 'GET', { cookie }, ALICE_BY_SESSION],
  ['a session among other cookies', 'GET', { cookie: `a=b; ${cookie}; c="d"` }, ALICE_BY_SESSION],
  ['a session that there is none of', 'GET', { cookie: `${cookie}x` }, UNAUTHORIZED],
  ['another cookie', 'GET', { cookie: `other=${secrets.session}` }, UNAUTHORIZED],
  [
    'the session of an inactive user',
    'GET',
    { cookie: `influxdb-oss-session=${secrets.inesSession}` },
    DISABLED,
  ],
  ['the header before a session', 'GET', { cookie, authorization: encodeToken(bob) }, BOB],
  [
    'a wrong header with a right session',
    'GET',
    { cookie, authorization: encodeToken(nobody) },
    UNAUTHORIZED,
  ],
  ['a malformed header with a right session', 'GET', { cookie, authorization: 'Token' }, UNAUTHORIZED],
  ['two sessions', 'GET', { cookie: `${cookie}; influxdb-oss-session=x` }, UNAUTHORIZED],
  ['two sessions, the other way round', 'GET', { cookie: `influxdb-oss-session=x; ${cookie}` }, UNAUTHORIZED],
  ['one session twice', 'GET', { cookie: `${cookie}; ${cookie}` }, ALICE_BY_SESSION],
  ['a session from a program', 'POST', { cookie }, CREATED],
  [
    'a WebSocket that a page of another site opens with a session',
    'GET',
    { cookie, connection: 'Upgrade', upgrade: 'websocket', origin: 'https://evil.test' },
    UNAUTHORIZED,
  ],
  [
    'Basic from another origin, as a browser adds it by itself',
    'POST',
    {
      authorization: encodeBasic('alice', alice),
      origin: 'https://evil.test',
      'sec-fetch-site': 'cross-site',
    },
    UNAUTHORIZED,
  ],
  [
    'Basic from another origin, reading',
    'GET',
    {
      authorization: encodeBasic('alice', alice),
      origin: 'https://evil.test',
      'sec-fetch-site': 'cross-site',
    },
    ALICE,
  ],
  ['Basic from a program', 'POST', { authorization: encodeBasic('alice', alice) }, CREATED],
  [
    'a session from another site, reading',
    'GET',
    { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    ALICE_BY_SESSION,
  ],
  ['a session from another origin', 'POST', { cookie, origin: 'https://evil.test' }, UNAUTHORIZED],
  ['a session from a sandboxed page', 'POST', { cookie, origin: 'null' }, UNAUTHORIZED],
  ['a session from another site', 'POST', { cookie, 'sec-fetch-site': 'cross-site' }, UNAUTHORIZED],
  ['a session from a sister site', 'POST', { cookie, 'sec-fetch-site': 'same-site' }, UNAUTHORIZED],
  ['a session from an own page', 'POST', { cookie, 'sec-fetch-site': 'same-origin' }, CREATED],
  [
    'a token from another origin, which no browser adds by itself',
    'POST',
    { authorization: encodeToken(alice), origin: 'https://evil.test' },
    CREATED,
  ],
]
const cookieRequests: ServerScenario[] = cookieRows.map(([title, method, headers, answer]) => ({
  title,
  verifier: serverless,
  method,
  path: method === 'POST' ? '/api/v2/buckets' : ME,
  headers,
  answer,
}))
const trusted: ServerScenario = {
  title: 'a session from an origin that is trusted',
  verifier: { session: { origins: ['https://pages.test'] } },
  method: 'POST',
  path: '/api/v2/buckets',
  headers: { cookie, origin: 'https://pages.test', 'sec-fetch-site': 'cross-site' },
  answer: CREATED,
}

const permissionRows: readonly [
  title: string,
  method: string,
  path: string,
  token: string,
  answer: ExpectedAnswer,
][] = [
  ['all buckets, permitted', 'GET', '/api/v2/buckets', alice, { status: 200, body: { buckets: [] } }],
  ['all buckets, where one is permitted', 'GET', '/api/v2/buckets', bob, FORBIDDEN],
  [
    'one bucket, where it is permitted',
    'GET',
    `/api/v2/buckets/${BOBS_BUCKET}`,
    bob,
    { status: 200, body: { id: BOBS_BUCKET } },
  ],
  ['one bucket, where all are permitted', 'GET', `/api/v2/buckets/${BOBS_BUCKET}`, alice, { status: 200 }],
  ['one bucket, where another is permitted', 'GET', '/api/v2/buckets/00000000000000b1', bob, FORBIDDEN],
  ['writing, permitted', 'POST', '/api/v2/buckets', alice, CREATED],
  ['writing, where reading is permitted', 'POST', '/api/v2/buckets', bob, FORBIDDEN],
  ['without a credential that is right', 'GET', '/api/v2/buckets', nobody, UNAUTHORIZED],
]
const permissionRequests: ServerScenario[] = permissionRows.map(([title, method, path, token, answer]) => ({
  title: `permissions: ${title}`,
  verifier: serverless,
  method,
  path,
  headers: { authorization: encodeToken(token) },
  answer,
}))

const withChallenge = (challenge: string | null): ExpectedAnswer => ({
  status: 401,
  headers: { 'www-authenticate': challenge },
})
const v1Challenge = withChallenge('Basic realm="InfluxDB"')
const challengeRows: readonly [
  title: string,
  verifier: Partial<VerifierOptions>,
  mode: string | undefined,
  answer: ExpectedAnswer,
][] = [
  ['to a program', v1, undefined, v1Challenge],
  ['to a person who opens the page', v1, 'navigate', v1Challenge],
  ['never to a script', v1, 'cors', withChallenge(null)],
  ['nor to a script of the same origin', v1, 'same-origin', withChallenge(null)],
  ['to a script where that is wanted', { ...v1, challenge: 'always' }, 'cors', v1Challenge],
  ['to nobody where that is wanted', { ...v1, challenge: 'never' }, undefined, withChallenge(null)],
  [
    'for each scheme that is taken, where the product has none',
    { ...v2, schemes: { basic: 'token' }, challenge: 'always' },
    undefined,
    withChallenge('Basic realm="InfluxDB", charset="UTF-8", Token realm="InfluxDB", Bearer realm="InfluxDB"'),
  ],
]
const challengeRequests: ServerScenario[] = challengeRows.map(([title, verifier, mode, answer]) => ({
  title: `challenges: ${title}`,
  verifier,
  headers: mode ? { 'sec-fetch-mode': mode } : {},
  answer,
}))

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
/** Without TLS, browsers say nothing of what a request is for. */
const plainChallengeRequests: ServerScenario[] = (
  [
    ['to a person who opens the page without TLS', { accept: 'text/html,*/*;q=0.8' }, v1Challenge],
    ['to a program that calls itself a browser', {}, v1Challenge],
    ['never to a script without TLS', { accept: '*/*' }, withChallenge(null)],
    [
      'nor where it says that it is one',
      { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' },
      withChallenge(null),
    ],
  ] as const
).map(([title, headers, answer]) => ({
  title: `challenges: ${title}`,
  verifier: v1,
  headers: { 'user-agent': BROWSER, ...headers },
  answer,
}))

/** What stands in a query is read by the rules that headers have. */
const queryRequests: ServerScenario[] = ['u=alice&p=%', 'u=alice&p=%ff', 'u=alice&p=x%00', 'u=a&p=b&p=c'].map(
  (text) => ({
    title: `v1-compatible: a query that cannot be read, ${text}`,
    verifier: compatible,
    path: `${ME}?${text}`,
    headers: { authorization: encodeToken(alice) },
    answer: UNAUTHORIZED,
  }),
)

const otherRequests: ServerScenario[] = [
  {
    title: 'what is not guarded, without a credential',
    verifier: v2,
    path: '/open',
    headers: {},
    answer: { status: 200, body: 'open' },
  },
  {
    title: 'what is not guarded, with a wrong one',
    verifier: v2,
    path: '/open',
    headers: { authorization: 'Token' },
    answer: { status: 200, body: 'open' },
  },
  {
    title: 'HEAD',
    verifier: v2,
    method: 'HEAD',
    headers: { authorization: encodeToken(alice) },
    answer: { status: 200, body: '' },
  },
  {
    title: 'HEAD, refused',
    verifier: v2,
    method: 'HEAD',
    headers: {},
    answer: { ...UNAUTHORIZED, body: '' },
  },
  {
    title: 'OPTIONS',
    verifier: v2,
    method: 'OPTIONS',
    headers: { authorization: encodeToken(alice) },
    answer: { status: 204, body: '' },
  },
  { title: 'OPTIONS, refused', verifier: v2, method: 'OPTIONS', headers: {}, answer: UNAUTHORIZED },
]

/** Every request of the table, with what is to be answered. */
export const serverScenarios: readonly ServerScenario[] = [
  ...serverlessRequests,
  ...v2Requests,
  ...v2QueryRequests,
  ...v1Requests,
  ...v3Requests,
  ...cookieRequests,
  trusted,
  ...permissionRequests,
  ...challengeRequests,
  ...plainChallengeRequests,
  ...queryRequests,
  ...otherRequests,
]
