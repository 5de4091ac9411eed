// Sessions, and who sent a request: what a browser adds by itself lets in nobody from elsewhere.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { secrets } from '../accounts.ts'
import {
  ALICE,
  ALICE_BY_SESSION,
  BOB,
  CREATED,
  cookie,
  DISABLED,
  type ExpectedAnswer,
  ME,
  type ServerScenario,
  UNAUTHORIZED,
} from './scenario.ts'

const { alice, bob, nobody } = secrets
const serverless = { product: 'cloud-serverless' } as const

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
  [
    'a session from another origin, which says that it is this server',
    'POST',
    { cookie, origin: 'https://evil.test', 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' },
    UNAUTHORIZED,
  ],
  [
    'a session from another origin, which says that it only reads',
    'POST',
    { cookie, origin: 'https://evil.test', 'x-http-method-override': 'GET', 'x-http-method': 'GET' },
    UNAUTHORIZED,
  ],
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
export const cookieRequests: ServerScenario[] = cookieRows.map(([title, method, headers, answer]) => ({
  title,
  verifier: serverless,
  method,
  path: method === 'POST' ? '/api/v2/buckets' : ME,
  headers,
  answer,
}))
export const trusted: ServerScenario = {
  title: 'a session from an origin that is trusted',
  verifier: { session: { origins: ['https://pages.test'] } },
  method: 'POST',
  path: '/api/v2/buckets',
  headers: { cookie, origin: 'https://pages.test', 'sec-fetch-site': 'cross-site' },
  answer: CREATED,
}
