// `/api/v2/buckets`: what the documented example of the Token scheme lists.

import { Hono } from 'hono'
import { authenticate, type Env, requirePermission } from '../authenticate.ts'
import type { Store } from '../store.ts'

export function bucketRoutes(store: Store): Hono<Env> {
  return new Hono<Env>().get('/', authenticate(store), requirePermission('read', 'buckets'), (context) =>
    context.json({ links: { self: '/api/v2/buckets' }, buckets: store.buckets }),
  )
}
