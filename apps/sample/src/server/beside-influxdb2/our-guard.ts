// Our guard with the rules of InfluxDB 2, before routes that answer as little as can be, for the same people and tokens.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createVerifier,
  type NewToken,
  type PasswordHasher,
  type Permission,
  type Principal,
  scryptPasswords,
  type User,
} from '@fluxauth/auth-node/server'
import { type GuardedHandler, guardHttp, readRequest } from '@fluxauth/auth-node/servers/http'
import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'
import { OPERATOR } from '../directory.ts'
import { FEW, GONE, INACTIVE, type Things, TOKEN, USER, V1 } from './people.ts'

/** Our guard, on a port. */
export interface RunningGuard {
  readonly origin: string
  readonly things: Things
  stop(): void
}

/** What of the guard is another one's in a test. */
export interface GuardOptions {
  /** Whether failed attempts are limited, as they are unless it is said; InfluxDB has no limit, and most is asked hundreds of times. */
  readonly limited?: boolean
  readonly passwords?: PasswordHasher
}

const [ORG, BUCKET] = ['00000000000000a0', '00000000000000b0']

/** The routes that are asked, and their methods. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/api/v2/me': ['GET'],
  '/api/v2/buckets': ['GET'],
  [`/api/v2/buckets/${BUCKET}`]: ['GET'],
  '/query': ['GET', 'HEAD', 'POST'],
  '/write': ['POST'],
}

/**
 * Starts it.
 *
 * @param secrets of the tokens that the real server made up
 */
export async function startGuard(secrets: Things, options: GuardOptions = {}): Promise<RunningGuard> {
  const { limited = false, passwords = scryptPasswords({ cost: 1024, parallelization: 1 }) } = options
  const people = await Promise.all(
    [USER, INACTIVE, FEW, V1].map(async ({ username, password }, index): Promise<User> => {
      const id = `000000000000000${index + 1}`
      const own = (['read', 'write'] as const).map((action) => ({ action, resource: { type: 'users', id } }))
      const v1: Permission[] = (['read', 'write'] as const).map((action) => ({
        action,
        resource: { type: 'buckets', orgID: ORG },
      }))
      return {
        id,
        name: username,
        orgID: ORG,
        password: await passwords.hash(password),
        permissions: username === USER.username ? 'all' : username === V1.username ? v1 : own,
        ...(username === INACTIVE.username && { status: 'inactive' }),
      }
    }),
  )
  const isV1 = ({ name }: User) => name === V1.username
  const store = createMemoryStore()
  const { attempts: _, ...unlimited } = store
  const shared = {
    passwords,
    tarpit: false,
    ...(limited ? { store } : { store: unlimited, limits: false as const }),
  } as const
  const api = createVerifier({
    ...shared,
    product: 'v2',
    findUser: (name, id) => people.find((user) => !isV1(user) && (id ? user.id === id : user.name === name)),
  })
  const query = createVerifier({
    ...shared,
    product: 'v2-query',
    schemes: { query: 'u-p' },
    findUser: (name, id) => people.find((user) => (id ? user.id === id : isV1(user) && user.name === name)),
  })
  const give = (token: string, permissions: readonly Permission[], more: Partial<NewToken> = {}) =>
    api.tokens.create({
      userID: '0000000000000001',
      user: USER.username,
      orgID: ORG,
      permissions,
      token,
      ...more,
    })
  const reads = (type: string, more = {}): Permission[] => [
    { action: 'read', resource: { type, orgID: ORG, ...more } },
  ]
  await give(TOKEN, OPERATOR)
  await give(secrets.inactive, reads('buckets'), { status: 'inactive' })
  await give(secrets.telegrafs, reads('telegrafs'))
  await give(secrets.oneBucket, reads('buckets', { id: BUCKET }))
  await give(secrets.ofInactive, reads('buckets'), { userID: '0000000000000002', user: INACTIVE.username })
  await give(secrets.ofGone, reads('buckets'), { userID: '0000000000000009', user: GONE.username })

  const [apiGuard, queryGuard] = [guardHttp(api), guardHttp(query)]
  const seeOneself = (request: IncomingMessage, response: ServerResponse, principal: Principal) => {
    const refusal = api.permit(principal, readRequest(request), 'read', 'users', principal.userID)
    if (refusal) response.writeHead(refusal.status, { ...refusal.headers }).end(refusal.body)
    else answer(request, response)
  }
  const bucket = { type: 'buckets', id: BUCKET, orgID: ORG }
  const routes: Readonly<Record<string, ReturnType<typeof apiGuard.protect>>> = {
    '/api/v2/me': apiGuard.protect(method(seeOneself)),
    '/api/v2/buckets': apiGuard.protect(answer, ['read', 'buckets']),
    [`/api/v2/buckets/${BUCKET}`]: apiGuard.protect(answer, ['read', bucket]),
    '/query': queryGuard.protect(answer, ['read', 'buckets']),
    '/write': queryGuard.protect(answer, ['write', 'buckets']),
    '/api/v2/signin': apiGuard.signIn,
    '/api/v2/signout': apiGuard.signOut,
  }
  const server = createServer((request, response) =>
    routes[request.url?.split('?', 1)[0] ?? '']?.(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    things: { ...secrets, org: ORG, bucket: BUCKET },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Says that the guard let in, and no more. */
function answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse): void {
  const methods = ROUTES[url.split('?', 1)[0] ?? ''] ?? []
  if (methods.includes(method)) response.end('{}')
  else response.writeHead(405, { allow: methods.join(', ') }).end()
}

/** A route whose handler looks at the method first. */
function method(handler: GuardedHandler): GuardedHandler {
  return (request, response, principal) =>
    request.method === 'GET' ? handler(request, response, principal) : answer(request, response)
}
