// Permissions: what a token that is right may do.

import { encodeToken } from '@fluxauth/auth-core'
import { BOBS_BUCKET, secrets } from '../accounts.ts'
import { CREATED, type ExpectedAnswer, FORBIDDEN, type ServerScenario, UNAUTHORIZED } from './scenario.ts'

const { alice, bob, nobody } = secrets
const serverless = { product: 'cloud-serverless' } as const

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
export const permissionRequests: ServerScenario[] = permissionRows.map(
  ([title, method, path, token, answer]) => ({
    title: `permissions: ${title}`,
    verifier: serverless,
    method,
    path,
    headers: { authorization: encodeToken(token) },
    answer,
  }),
)
