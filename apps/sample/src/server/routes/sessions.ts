// Signing in and out: `/api/v2/signin`, `/api/v2/signout`, `/api/v2/me`.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'

export function sessionRoutes({ guard, authenticate }: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  // InfluxDB v2 takes POST; the Cloud Serverless page shows GET. The answer is the same.
  routes.on(['POST', 'GET'], '/signin', (context) => guard.signIn(context.req.raw, context))
  routes.post('/signout', (context) => guard.signOut(context.req.raw, context))
  routes.get('/me', authenticate, (context) => {
    const { userID, user } = context.get('principal')
    return context.json({
      id: userID,
      name: user,
      status: 'active',
      links: { self: `/api/v2/users/${userID}` },
    })
  })
  return routes
}
