// How fluxauth is put together here: whom the server knows, what it accepts, and the guard before its routes.

import { randomBytes } from 'node:crypto'
import { encodeBasic } from '@fluxauth/auth-core'
import {
  type Action,
  type AuthStore,
  createGuard,
  createVerifier,
  type Guard,
  type Needed,
  type PasswordHasher,
  type Principal,
  permits,
  type Resource,
  scryptPasswords,
  type User,
  type Verifier,
  type VerifierOptions,
} from '@fluxauth/auth-node/server'
import { createSqliteStore } from '@fluxauth/auth-node/stores/sqlite'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import Database from 'libsql'
import { Directory, OPERATOR } from './directory.ts'

/** What to put in at the start. All of it is made up at random where it is not given. */
export interface Seed {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
}

/** What was put in, in clear: shown once at the start and kept nowhere. */
export type Credentials = Readonly<Record<'username' | 'password' | 'token', string>>

/** What routes find in their context behind {@link Auth.authenticate}. */
export interface Env {
  Variables: { principal: Principal }
}

/** What the routes need of all this. */
export interface Auth {
  readonly directory: Directory
  readonly verifier: Verifier
  readonly passwords: PasswordHasher
  /** Signs in and out. */
  readonly guard: Guard<Request, [Context]>
  /** Lets in whoever has a good token or session. */
  readonly authenticate: MiddlewareHandler<Env>
  /** Lets in whoever may do this to some of the type: a list shows those alone. */
  permitSome(action: Action, type: string): MiddlewareHandler<Env>
  /** Goes on where the caller may do this to that; throws the refusal where not. */
  demand(context: Context<Env>, action: Action, resource: Resource): Promise<void>
  /** Whether the caller may do this to that. */
  may(context: Context<Env>, action: Action, resource: Resource): boolean
  /** Goes on with the principal of the session, whatever the header says; throws the refusal where there is none. */
  session(context: Context): Promise<Principal>
  /** Whether it is the user's password. Attempts count as those to sign in do; throws the refusal where there were too many. */
  isPassword(context: Context, user: User, password: string): Promise<boolean>
}

/** Cloud Serverless as it documents itself; beside that Bearer, and signing in with a password as v2 does. */
export const RULES: VerifierOptions = {
  product: 'cloud-serverless',
  schemes: { basic: false, bearer: true, signIn: 'password-or-token' },
}

/**
 * Puts it together, with one user and one token that may do everything.
 *
 * @param rules of another product than the sample's own, or with another hasher of passwords than scrypt as it costs by default
 */
export async function createAuth(
  seed: Seed,
  rules: VerifierOptions = RULES,
): Promise<{ auth: Auth; credentials: Credentials; store: AuthStore }> {
  const directory = new Directory()
  const { passwords = scryptPasswords() } = rules
  // Gone with the process, so that the sample leaves nothing behind: with { path } in the place of { database } it stays.
  const store = await createSqliteStore({ database: new Database(':memory:') })
  const kept = {
    store,
    findUser: (name: string, id?: string) => (id ? directory.userByID(id) : directory.userByName(name)),
    passwords,
    onError: console.error,
  }
  const verifier = createVerifier({
    ...rules,
    ...kept,
  })
  const { username = 'zoë', password = randomBytes(12).toString('base64url') } = seed
  const user = directory.addUser({
    name: username.normalize('NFC'),
    password: await passwords.hash(password),
    permissions: 'all',
  })
  const { token } = await verifier.tokens.create({
    userID: user.id,
    user: user.name,
    orgID: directory.org.id,
    org: directory.org.name,
    permissions: OPERATOR,
    description: `${user.name}'s Token`,
    token: seed.token,
  })
  const address = (_: Request, context: Context) => getConnInfo(context).remote.address
  const guard = createGuard<Request, [Context]>(verifier, { address })
  const passwordGuard = createGuard<Request, [Context]>(
    createVerifier({ product: 'v2', schemes: { basic: 'password', session: false }, cache: false, ...kept }),
    { address },
  )

  const admit = async (context: Context, needed?: Needed, request = context.req.raw): Promise<Principal> => {
    const admitted = await guard(request, needed, context)
    if (admitted instanceof Response) throw toException(admitted)
    return admitted
  }
  // Users and organizations are in none.
  const placed = (resource: Resource): Resource =>
    ['users', 'orgs'].includes(resource.type) ? resource : { orgID: directory.org.id, ...resource }
  const may: Auth['may'] = (context, action, resource) =>
    permits(context.get('principal').permissions, action, placed(resource))

  return {
    auth: {
      directory,
      verifier,
      passwords,
      guard,
      async authenticate(context, next) {
        context.set('principal', await admit(context))
        return next()
      },
      permitSome: (action, type) => async (context, next) => {
        const principal = await admit(context)
        const { permissions } = principal
        const holdsSome =
          permissions === 'all' ||
          permissions.some((held) => held.action === action && held.resource.type === type)
        // Who holds none of the type is refused as whoever wants all of it.
        context.set('principal', holdsSome ? principal : await admit(context, [action, type]))
        return next()
      },
      async demand(context, action, resource) {
        await admit(context, [action, placed(resource)])
      },
      may,
      session(context) {
        const headers = new Headers(context.req.raw.headers)
        headers.delete('authorization')
        const { url, method } = context.req
        return admit(context, undefined, new Request(url, { method, headers }))
      },
      async isPassword(context, { name }, secret) {
        const headers = { authorization: encodeBasic(name, secret) }
        const verdict = await passwordGuard(new Request(context.req.url, { headers }), undefined, context)
        if (!(verdict instanceof Response)) return true
        if (verdict.status === 401) return false
        throw toException(verdict)
      },
    },
    credentials: { username, password, token },
    store,
  }
}

function toException(res: Response): HTTPException {
  return new HTTPException(res.status as ContentfulStatusCode, { res })
}
