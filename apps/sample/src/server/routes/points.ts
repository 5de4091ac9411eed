// `/api/v2/points`, which is the page's own and not InfluxDB's: temperatures for its chart, kept here or in the InfluxDB behind the gateway.

import { Hono } from 'hono'
import { validator } from 'hono/validator'
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
) {
  /** The bucket, by its name; for permissions by its id, where that is known here. */
  const bucketIn = validator('query', ({ bucket: name }): { readonly bucket: string } => {
    if (typeof name !== 'string' || name === '') throw invalid('name the bucket')
    return { bucket: name }
  })
  const resource = (bucket: string) => {
    const id = idOf(bucket)
    return { type: 'buckets', ...(id !== undefined && { id }) }
  }
  const celsiusIn = validator('json', ({ celsius }: Readonly<Record<string, unknown>>) => {
    if (typeof celsius !== 'number' || !Number.isFinite(celsius)) throw invalid('celsius has to be a number')
    return { celsius }
  })

  // In one chain: of that Hono makes the types of the page's calls.
  return new Hono<Env>()
    .get('/', authenticate, bucketIn, async (context) => {
      const { bucket } = context.req.valid('query')
      await demand(context, 'read', resource(bucket))
      return context.json({ points: await store.read(bucket) })
    })
    .post('/', authenticate, bucketIn, celsiusIn, async (context) => {
      const { bucket } = context.req.valid('query')
      await demand(context, 'write', resource(bucket))
      await store.write(bucket, { time: Date.now(), ...context.req.valid('json') })
      return context.body(null, 204)
    })
}

/** How many are kept of each bucket: the oldest go. */
const MOST = 1_000

/** Keeps them in memory. As in InfluxDB, of two at one time the later counts. */
export function memoryPoints(isBucket: (name: string) => boolean): PointStore {
  const points = new Map<string, readonly Point[]>()
  const of = (bucket: string): readonly Point[] => {
    if (!isBucket(bucket)) throw notFound(`bucket "${bucket}"`)
    return points.get(bucket) ?? []
  }
  return {
    async write(bucket, point) {
      const others = of(bucket).filter(({ time }) => time !== point.time)
      points.set(bucket, [...others, point].slice(-MOST))
    },
    async read(bucket) {
      return of(bucket)
    },
  }
}
