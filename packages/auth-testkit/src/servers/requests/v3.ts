// InfluxDB 3: tokens under three schemes, and answers without a body.

import { encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import { secrets } from '../accounts.ts'
import { ALICE, empty, MALFORMED, ME, rows, type ServerScenario } from './scenario.ts'

const { alice, bob, off, ines, nobody } = secrets
const v3 = { product: 'v3' } as const

export const v3Requests: readonly ServerScenario[] = [
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
