// `/api/v2/buckets`: what the documented example of the Token scheme lists.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'

export function bucketRoutes({ directory, permit }: Auth): Hono<Env> {
  return new Hono<Env>().get('/', permit('read', 'buckets'), (context) =>
    context.json({ links: { self: '/api/v2/buckets' }, buckets: directory.buckets }),
  )
}
