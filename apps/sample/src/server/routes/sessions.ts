// Signing in and out: `/api/v2/signin`, `/api/v2/signout`, `/api/v2/me`; and one's sessions, which InfluxDB does not list.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import { notFound } from '../refusals.ts'
import { showUser } from './users.ts'

export function sessionRoutes({ directory, verifier, guard, authenticate, demand }: Auth) {
  // In one chain: of that Hono makes the types of the page's calls.
  return (
    new Hono<Env>()
      // InfluxDB v2 takes POST; the Cloud Serverless page shows GET. The answer is the same.
      .on(['POST', 'GET'], '/signin', (context) => guard.signIn(context.req.raw, context))
      .post('/signout', (context) => guard.signOut(context.req.raw, context))
      .get('/me', authenticate, async (context) => {
        const { userID: id } = context.get('principal')
        await demand(context, 'read', { type: 'users', id })
        const user = directory.userByID(id)
        if (!user) throw notFound('user')
        return context.json(showUser(user))
      })
      .get('/sessions', authenticate, async (context) => {
        const { userID, sessionID: own } = context.get('principal')
        await demand(context, 'read', { type: 'users', id: userID })
        const sessions = await verifier.sessions.list(userID)
        return context.json({
          sessions: sessions.map(({ id, createdAt, expiresAt }) => ({
            id,
            createdAt: new Date(createdAt).toISOString(),
            expiresAt: new Date(expiresAt).toISOString(),
            isThis: id === own,
          })),
        })
      })
      .delete('/sessions/:id', authenticate, async (context) => {
        const { userID } = context.get('principal')
        // A token for one bucket ends no session of whoever it is of.
        await demand(context, 'write', { type: 'users', id: userID })
        const ended = await verifier.sessions.revoke(userID, context.req.param('id'))
        if (!ended) throw notFound('session')
        return context.body(null, 204)
      })
  )
}
