// How fluxauth is put together here: whom the server knows, what it accepts, and the guard before its routes.

import { randomBytes } from 'node:crypto'
import {
  type Action,
  createGuard,
  createVerifier,
  type Guard,
  type Needed,
  type Principal,
  scryptPasswords,
  type Verifier,
} from '@fluxauth/auth-node/server'
import { createSqliteStore } from '@fluxauth/auth-node/stores/sqlite'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import Database from 'libsql'
import { Directory } from './directory.ts'

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
  /** Signs in and out. */
  readonly guard: Guard<Request, [Context]>
  /** Lets in whoever has a good token or session. */
  readonly authenticate: MiddlewareHandler<Env>
  /** Lets in whoever may do this as well. */
  permit(action: Action, type: string): MiddlewareHandler<Env>
}

/** Puts it together, with one user and one token that may do everything. */
export async function createAuth(seed: Seed): Promise<{ auth: Auth; credentials: Credentials }> {
  const directory = new Directory()
  const passwords = scryptPasswords()
  // Gone with the process, so that the sample leaves nothing behind: with { path } in the place of { database } it stays.
  const store = await createSqliteStore({ database: new Database(':memory:') })
  const verifier = createVerifier({
    // As Cloud Serverless documents it; beside that Bearer, and signing in with a password as v2 does.
    product: 'cloud-serverless',
    schemes: { basic: false, bearer: true, signIn: 'password-or-token' },
    store,
    findUser: (name) => directory.userByName(name),
    passwords,
    onError: console.error,
  })
  const { username = 'zoë', password = randomBytes(12).toString('base64url') } = seed
  const user = directory.putUser({
    name: username,
    password: await passwords.hash(password),
    permissions: 'all',
  })
  const { token } = await verifier.tokens.create({
    userID: user.id,
    user: user.name,
    orgID: directory.org.id,
    org: directory.org.name,
    permissions: directory.allAccess,
    description: 'all access',
    token: seed.token,
  })
  const guard = createGuard<Request, [Context]>(verifier, {
    address: (_, context) => getConnInfo(context).remote.address,
  })
  const admit =
    (needed?: Needed): MiddlewareHandler<Env> =>
    async (context, next) => {
      const admitted = await guard(context.req.raw, needed, context)
      if (admitted instanceof Response) return admitted
      context.set('principal', admitted)
      return next()
    }
  return {
    auth: {
      directory,
      verifier,
      guard,
      authenticate: admit(),
      permit: (action, type) => admit([action, type]),
    },
    credentials: { username, password, token },
  }
}
