// New passwords: one's own with the old one, anybody's with the permission to change them.

import { Buffer } from 'node:buffer'
import { decodeBasic } from '@fluxauth/auth-core'
import { products } from '@fluxauth/auth-core/influxdb'
import type { Principal, User } from '@fluxauth/auth-node/server'
import { type Context, Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import { checkCarried, pathID, readObject } from '../reading.ts'
import { forbidden, invalid } from '../refusals.ts'

export function passwordRoutes(auth: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  const { directory, verifier, passwords, authenticate, demand, session, isPassword } = auth

  const setPassword = async (user: User, password: string, { sessionID }: Principal): Promise<void> => {
    directory.changeUser(user.id, { password: await passwords.hash(password) })
    verifier.forget(user.id)
    // Whoever knew the old one is out.
    await verifier.sessions.revokeAll(user.id, sessionID)
  }

  /** The session says who it is; Basic carries the old password, whatever name is beside it. */
  const change = async (context: Context<Env>, find: (principal: Principal) => User | undefined) => {
    const principal = await session(context)
    const user = find(principal)
    if (user?.id !== principal.userID) throw forbidden('insufficient permissions')
    const password = await readPassword(context)
    if (!(await isPassword(context, user, readOldPassword(context)))) {
      throw forbidden('your username or password is incorrect')
    }
    await setPassword(user, password, principal)
    return context.body(null, 204)
  }

  routes.put('/me/password', (context) => change(context, ({ userID }) => directory.userByID(userID)))
  routes.put('/users/:id/password', (context) => change(context, () => directory.userByID(pathID(context))))

  routes.post('/users/:id/password', authenticate, async (context) => {
    const id = pathID(context)
    await demand(context, 'write', { type: 'users', id })
    const password = await readPassword(context)
    const user = directory.userByID(id)
    if (!user) throw forbidden('your userID is incorrect')
    await setPassword(user, password, context.get('principal'))
    return context.body(null, 204)
  })
  return routes
}

const [LEAST, MOST] = products.v2.password

/** Its length is counted in bytes, as InfluxDB's message does not say. */
async function readPassword(context: Context): Promise<string> {
  const { password } = await readObject(context)
  const bytes = typeof password === 'string' ? Buffer.byteLength(password) : 0
  if (typeof password !== 'string' || bytes < LEAST || bytes > MOST) {
    throw invalid(`passwords must be between ${LEAST} and ${MOST} characters long`)
  }
  checkCarried('', password)
  return password
}

function readOldPassword(context: Context): string {
  try {
    return decodeBasic(context.req.header('authorization') ?? '').password
  } catch {
    throw invalid('the old password has to come as Basic, beside the session’s cookie')
  }
}
