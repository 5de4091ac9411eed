// `/api/v2/points`, which is the page's own and not InfluxDB's: temperatures for its chart, kept here or in the InfluxDB behind the gateway.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import { invalid, notFound } from '../refusals.ts'

/** A temperature. */
interface Point {
  /** In milliseconds. */
  readonly time: number
  readonly celsius: number
}

/** Where the temperatures of a bucket are. */
export interface PointStore {
  write(bucket: string, point: Point): Promise<void>
  read(bucket: string): Promise<readonly Point[]>
}

export function pointRoutes(
  { authenticate, demand }: Auth,
  store: PointStore,
  idOf: (bucket: string) => string | undefined,
): Hono<Env> {
  const routes = new Hono<Env>()
  /** The bucket, with what permissions go by where that is known here. */
  const bucketIn = (name: string | undefined): { readonly name: string; readonly id?: string } => {
    if (!name) throw invalid('name the bucket')
    const id = idOf(name)
    return { name, ...(id !== undefined && { id }) }
  }

  routes.get('/', authenticate, async (context) => {
    const { name, id } = bucketIn(context.req.query('bucket'))
    await demand(context, 'read', { type: 'buckets', ...(id && { id }) })
    return context.json({ points: await store.read(name) })
  })

  routes.post('/', authenticate, async (context) => {
    const { name, id } = bucketIn(context.req.query('bucket'))
    await demand(context, 'write', { type: 'buckets', ...(id && { id }) })
    const { celsius } = await context.req.json().catch(() => ({}))
    if (typeof celsius !== 'number' || !Number.isFinite(celsius)) throw invalid('celsius has to be a number')
    await store.write(name, { time: Date.now(), celsius })
    return context.body(null, 204)
  })
  return routes
}

/** How many are kept of each bucket: the oldest go. */
const MOST = 1_000

/** Keeps them in memory. */
export function memoryPoints(isBucket: (name: string) => boolean): PointStore {
  const points = new Map<string, readonly Point[]>()
  const of = (bucket: string): readonly Point[] => {
    if (!isBucket(bucket)) throw notFound(`bucket "${bucket}"`)
    return points.get(bucket) ?? []
  }
  return {
    async write(bucket, point) {
      points.set(bucket, [...of(bucket), point].slice(-MOST))
    },
    async read(bucket) {
      return of(bucket)
    },
  }
}
