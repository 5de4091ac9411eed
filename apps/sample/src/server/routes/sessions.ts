// Signing in and out: `/api/v2/signin`, `/api/v2/signout`, `/api/v2/me`.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import { notFound } from '../refusals.ts'
import { showUser } from './users.ts'

export function sessionRoutes({ directory, guard, authenticate, demand }: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  // InfluxDB v2 takes POST; the Cloud Serverless page shows GET. The answer is the same.
  routes.on(['POST', 'GET'], '/signin', (context) => guard.signIn(context.req.raw, context))
  routes.post('/signout', (context) => guard.signOut(context.req.raw, context))
  routes.get('/me', authenticate, async (context) => {
    const { userID: id } = context.get('principal')
    await demand(context, 'read', { type: 'users', id })
    const user = directory.userByID(id)
    if (!user) throw notFound('user')
    return context.json(showUser(user))
  })
  return routes
}
