// Routes that are not guarded, and methods whose answers have no body.

import { encodeToken } from '@fluxauth/auth-core'
import { secrets } from '../accounts.ts'
import { type ServerScenario, UNAUTHORIZED } from './scenario.ts'

const { alice } = secrets
const v2 = { product: 'v2' } as const

export const otherRequests: ServerScenario[] = [
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
    title: 'a right token in other headers than Authorization',
    verifier: v2,
    headers: Object.fromEntries(
      [
        'proxy-authorization',
        'x-authorization',
        'x-forwarded-authorization',
        'x-api-key',
        'x-auth-token',
      ].map((name, index) => [name, index < 3 ? encodeToken(alice) : alice]),
    ),
    answer: UNAUTHORIZED,
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
