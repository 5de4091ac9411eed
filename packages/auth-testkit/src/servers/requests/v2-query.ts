// InfluxDB 2 at `/query` and `/write`, where its rules are others.

import { encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import { secrets } from '../accounts.ts'
import {
  ALICE,
  ALICE_BY_PASSWORD,
  cookie,
  QUERY_REFUSED,
  query,
  rows,
  type ServerScenario,
  UNAUTHORIZED,
} from './scenario.ts'

const { alice, off, ines, nobody, password } = secrets
const v2Query = { product: 'v2-query' } as const

/** As InfluxDB 2.8.0 answers at `/query` and `/write`, seen on a running server. */
export const v2QueryRequests: readonly ServerScenario[] = [
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
