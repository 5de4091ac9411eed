// Signing in and out: `/api/v2/signin`, `/api/v2/signout`, `/api/v2/me`.

import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { authenticate, checkBasic, type Env, isSameOrigin, SESSION_COOKIE } from '../authenticate.ts'
import { unauthorized } from '../refusals.ts'
import type { Store } from '../store.ts'

export function sessionRoutes(store: Store): Hono<Env> {
  const routes = new Hono<Env>()

  // InfluxDB v2 takes POST; the Cloud Serverless page shows GET. The answer is the same.
  routes.on(['POST', 'GET'], '/signin', async (context) => {
    const user = await checkBasic(store, context.req.header('authorization'))
    if (!user) return unauthorized(context)
    const { key, expires } = store.addSession(user.id)
    const secure = new URL(context.req.url).protocol === 'https:'
    setCookie(context, SESSION_COOKIE, key, {
      path: '/api/',
      expires,
      httpOnly: true,
      sameSite: 'Strict',
      secure,
    })
    return context.body(null, 204)
  })

  routes.post('/signout', (context) => {
    const key = getCookie(context, SESSION_COOKIE)
    if (!key || !isSameOrigin(context) || !store.removeSession(key)) return unauthorized(context)
    deleteCookie(context, SESSION_COOKIE, { path: '/api/' })
    return context.body(null, 204)
  })

  routes.get('/me', authenticate(store), (context) => {
    const { id, name } = context.get('principal').user
    return context.json({ id, name, status: 'active', links: { self: `/api/v2/users/${id}` } })
  })
  return routes
}
