// Who is calling: the Authorization header, or else the session cookie, as InfluxDB v2 reads them.

import { AuthError, parseAuthorization } from '@fluxauth/auth-core'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { refuse, unauthorized } from './refusals.ts'
import { checkPassword } from './secrets.ts'
import type { Permission, Store, User } from './store.ts'

export const SESSION_COOKIE = 'influxdb-oss-session'

/** Who is calling, and what they may do: all of it with a session, what the token permits with a token. */
interface Principal {
  readonly user: User
  readonly permissions: readonly Permission[] | 'all'
}

/** What routes behind {@link authenticate} find in their context. */
export interface Env {
  Variables: { principal: Principal }
}

/** Lets in who has a valid token or session. */
export function authenticate(store: Store): MiddlewareHandler<Env> {
  return async (context, next) => {
    const header = context.req.header('authorization')
    const principal = header === undefined ? fromSession(store, context) : fromHeader(store, header)
    if (!principal) return unauthorized(context)
    context.set('principal', principal)
    return next()
  }
}

/** Lets through whose token permits the action. */
export function requirePermission(action: Permission['action'], type: string): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { permissions } = context.get('principal')
    const allowed =
      permissions === 'all' ||
      permissions.some((item) => item.action === action && item.resource.type === type)
    return allowed ? next() : refuse(context, 403, 'forbidden', 'insufficient permissions')
  }
}

/** Reads `Token …` or `Bearer …`; the API endpoints take no Basic. */
function fromHeader(store: Store, header: string): Principal | undefined {
  try {
    const credentials = parseAuthorization(header)
    return credentials.scheme === 'basic' ? undefined : fromToken(store, credentials.token)
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

function fromToken(store: Store, token: string): Principal | undefined {
  const authorization = store.findToken(token)
  const user = authorization?.status === 'active' ? store.userById(authorization.userID) : undefined
  return user && authorization && { user, permissions: authorization.permissions }
}

/** A cookie comes along by itself, so what changes something must come from our own pages. */
function fromSession(store: Store, context: Context): Principal | undefined {
  const key = getCookie(context, SESSION_COOKIE)
  if (key === undefined || !isSameOrigin(context)) return undefined
  const user = store.useSession(key)
  return user && { user, permissions: 'all' }
}

export function isSameOrigin(context: Context): boolean {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return true
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = context.req.header('origin')
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === context.req.header('host'))
}

/** Who signs in with Basic: user name and password, or user name and API token as on Cloud Serverless. */
export async function checkBasic(store: Store, header: string | undefined): Promise<User | undefined> {
  try {
    const credentials = parseAuthorization(header ?? '')
    if (credentials.scheme !== 'basic') return undefined
    const user = store.users.get(credentials.username)
    const known = await checkPassword(credentials.password, user?.password)
    const byToken = fromToken(store, credentials.password)?.user
    return known || (byToken && byToken === user) ? user : undefined
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}
