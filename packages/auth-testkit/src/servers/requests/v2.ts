// InfluxDB 2: tokens, sessions beside other credentials, and its v1-compatible endpoints.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import type { VerifierOptions } from '@fluxauth/auth-core/server'
import { secrets } from '../accounts.ts'
import {
  ALICE,
  ALICE_BY_PASSWORD,
  ALICE_BY_SESSION,
  BOB,
  cookie,
  ME,
  query,
  rows,
  type ServerScenario,
  TOKEN_INACTIVE,
  UNAUTHORIZED,
} from './scenario.ts'

const { alice, bob, off, nobody, password } = secrets
const v2 = { product: 'v2' } as const
const compatible: Partial<VerifierOptions> = {
  product: 'v2',
  schemes: { basic: 'password-or-token', tokenPair: true, query: 'u-p' },
}

export const v2Requests: readonly ServerScenario[] = [
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
    'v2, PUT beside a session',
    v2,
    [
      ['Basic with the old password', encodeBasic('any', password), ALICE_BY_SESSION],
      ['Basic with a wrong one', encodeBasic('any', 'wrong'), ALICE_BY_SESSION],
      ['a Token', encodeToken(bob), BOB],
      ['nothing', undefined, ALICE_BY_SESSION],
    ],
    { method: 'PUT', headers: { cookie } },
  ),
  ...rows(
    'v2, PUT beside a session from a page of another site',
    v2,
    [
      ['Basic', encodeBasic('any', password), UNAUTHORIZED],
      ['nothing', undefined, UNAUTHORIZED],
      ['a Token, which no browser adds', encodeToken(bob), BOB],
    ],
    { method: 'PUT', headers: { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' } },
  ),
  ...rows('v2, PUT', v2, [['Basic without a session', encodeBasic('alice', password), UNAUTHORIZED]], {
    method: 'PUT',
  }),
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

/** What stands in a query is read by the rules that headers have. */
export const queryRequests: ServerScenario[] = [
  'u=alice&p=%',
  'u=alice&p=%ff',
  'u=alice&p=x%00',
  'u=a&p=b&p=c',
].map((text) => ({
  title: `v1-compatible: a query that cannot be read, ${text}`,
  verifier: compatible,
  path: `${ME}?${text}`,
  headers: { authorization: encodeToken(alice) },
  answer: UNAUTHORIZED,
}))
