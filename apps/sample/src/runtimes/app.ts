// The same small API in every runtime that speaks `Request` and `Response`, behind the guard; and beside it, what calls other servers.

import {
  createGuard,
  createMemoryStore,
  createVerifier,
  type GuardOptions,
  type Permission,
  pbkdf2Passwords,
  type User,
} from '@fluxauth/auth-core/server'
import { ACCOUNT } from './account.ts'
import { call, type Given } from './calls.ts'

/** As often as Workers can. */
const passwords = pbkdf2Passwords({ iterations: 100_000 })
const failed = new Map<string, number>()
let zoe: Promise<User> | undefined

// Made as the module loads, as a program has it: Workers have no random numbers and no clock by then.
const verifier = createVerifier({
  product: 'v2',
  store: {
    ...createMemoryStore(),
    // Three for each address, so that who has another one is not held up.
    attempts: {
      begin({ address = '' }) {
        const count = (failed.get(address) ?? 0) + 1
        failed.set(address, count)
        return { wait: count > 3 ? 7 : 0, locks: count === 4 }
      },
      succeed: ({ address = '' }) => void failed.delete(address),
    },
  },
  passwords,
  tarpit: false,
  findUser: (name) => (name === ACCOUNT.username ? zoe : undefined),
})

async function fill(): Promise<User> {
  const { username, password, token, readToken } = ACCOUNT
  const user: User = {
    id: '1f',
    name: username,
    password: await passwords.hash(password),
    permissions: 'all',
  }
  const read: Permission = { action: 'read', resource: { type: 'buckets' } }
  const held = [read, { ...read, action: 'write' }] as const
  await verifier.tokens.create({ userID: user.id, user: username, token, permissions: held })
  await verifier.tokens.create({ userID: user.id, user: username, token: readToken, permissions: [read] })
  return user
}

/**
 * Makes what answers requests.
 *
 * @param address of the client, as the runtime tells it
 */
export function createApp<Rest extends readonly unknown[]>(
  address: GuardOptions<Request, Rest>['address'],
): (request: Request, ...rest: Rest) => Promise<Response> {
  const guard = createGuard<Request, Rest>(verifier, { address })
  const buckets = guard.protect(
    (_request, { user, by }, ..._) => Response.json({ user, by }),
    ['read', 'buckets'],
  )
  const write = guard.protect(
    async (request: Request, _principal, ..._) => new Response(await request.text()),
    ['write', 'buckets'],
  )
  return async (request, ...rest) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/calls') return Response.json(await call((await request.json()) as Given))
    zoe ??= fill()
    await zoe
    if (pathname === '/api/v2/signin') return guard.signIn(request, ...rest)
    if (pathname === '/api/v2/signout') return guard.signOut(request, ...rest)
    return pathname === '/api/v2/write' ? write(request, ...rest) : buckets(request, ...rest)
  }
}
