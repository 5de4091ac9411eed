// InfluxDB 1: user names and passwords, and how it refuses.

import { encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import { secrets } from '../accounts.ts'
import {
  ALICE_BY_PASSWORD,
  cookie,
  FAILED,
  query,
  rows,
  type ServerScenario,
  UNPARSED,
  v1Refusal,
} from './scenario.ts'

const { alice, password } = secrets
const v1 = { product: 'v1' } as const

export const v1Requests: readonly ServerScenario[] = [
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
