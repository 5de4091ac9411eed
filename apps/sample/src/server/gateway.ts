// Before a real InfluxDB: people sign in here, and the server's own credential goes on from here, for what is listed and for nothing else.

import { detectProduct } from '@fluxauth/auth-core/influxdb'
import { authFetch, fromEnv, resolveUrl } from '@fluxauth/auth-node'
import { Hono } from 'hono'
import type { Auth, Env } from './auth.ts'
import { refusal } from './refusals.ts'
import type { PointStore } from './routes/points.ts'

/** A request that is passed on: who may make it, and what of its query goes along. */
interface Passage {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What the person has to hold on buckets. */
  readonly needs: 'read' | 'write'
  readonly query: readonly string[]
}

const INFLUXQL: Passage = {
  method: 'GET', // with which InfluxDB 1.6 drops a database all the same: see `onlyReadsData`
  path: '/query',
  needs: 'read',
  query: ['db', 'rp', 'q', 'epoch', 'pretty'],
}
const LINES: Passage = { method: 'POST', path: '/write', needs: 'write', query: ['db', 'rp', 'precision'] }
const WRITE = ['org', 'orgID', 'bucket', 'precision']

/** What is passed on to each product. Everything else is answered here, or refused. */
const PASSAGES: Readonly<Record<'v1' | 'v2' | 'v3', readonly Passage[]>> = {
  v1: [INFLUXQL, LINES],
  v2: [
    INFLUXQL,
    LINES,
    {
      method: 'GET',
      path: '/api/v2/buckets',
      needs: 'read',
      query: ['name', 'id', 'org', 'orgID', 'limit', 'offset', 'after'],
    },
    { method: 'POST', path: '/api/v2/write', needs: 'write', query: WRITE },
    // No Flux: it writes, reads the organization's secrets, and calls whatever host it names.
  ],
  v3: [
    INFLUXQL,
    LINES,
    { method: 'GET', path: '/api/v3/query_sql', needs: 'read', query: ['db', 'q', 'format'] },
    { method: 'GET', path: '/api/v3/query_influxql', needs: 'read', query: ['db', 'q', 'format'] },
    { method: 'POST', path: '/api/v3/write_lp', needs: 'write', query: ['db', 'precision'] },
    { method: 'POST', path: '/api/v2/write', needs: 'write', query: WRITE },
  ],
}

/** Headers that go along, each way. Nothing that says who somebody is, here or there. */
const PASSED = ['accept', 'content-type']
const LONGEST_WAIT = 30_000

/** An InfluxDB that people are let through to. */
export interface Upstream {
  readonly url: string
  readonly product: 'v1' | 'v2' | 'v3'
  /** `fetch` with the server's own credential, which goes to that InfluxDB alone. */
  readonly fetch: typeof fetch
}

/**
 * The InfluxDB that `INFLUX_URL` names, with the credential that the environment has for it: `INFLUX_TOKEN`, or `INFLUX_USERNAME` and
 * `INFLUX_PASSWORD`.
 *
 * @returns `undefined` where none is named
 * @throws {SourceError} where there is no credential
 * @throws {Error} where it is no InfluxDB that this gateway knows
 */
export async function findUpstream(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Upstream | undefined> {
  const { INFLUX_URL: url } = env
  if (!url) return undefined
  const { origin } = new URL(url)
  const credentials = fromEnv({ env: { ...env, INFLUX_HOST: url, INFLUX_HOST_FILE: undefined } })
  await credentials.find({ origin })
  const { product } = await detectProduct(url)
  if (product !== 'v1' && product !== 'v2' && product !== 'v3') {
    throw new Error(`${origin} does not say that it is InfluxDB 1, 2 or 3`)
  }
  return { url, product, fetch: authFetch({ origin, credentials }) }
}

/** Passes on what is listed for the product; an InfluxDB without buckets has its databases shown as such. */
export function gatewayRoutes({ authenticate, demand }: Auth, upstream: Upstream): Hono<Env> {
  const routes = new Hono<Env>()
  for (const { method, path, needs, query } of PASSAGES[upstream.product]) {
    routes.on(method, path, authenticate, async (context) => {
      await demand(context, needs, { type: 'buckets' })
      const given = new URL(context.req.url).searchParams
      const other = [...given.keys()].find((name) => !query.includes(name))
      if (other !== undefined) throw refusal(400, 'invalid', `the query parameter ${other} is not passed on`)
      if (query.includes('q') && !onlyReadsData(upstream.product, given)) {
        throw refusal(
          400,
          'invalid',
          'one statement is passed on, of SELECT or SHOW, and none that writes or tells of users or tokens',
        )
      }
      const headers = pick(context.req.raw.headers)
      const body = method === 'POST' ? await context.req.arrayBuffer() : undefined
      const answer = await ask(upstream, `${path}?${given}`, { method, headers, ...(body && { body }) })
      return new Response(answer.body, { status: answer.status, headers: pick(answer.headers) })
    })
  }
  if (upstream.product !== 'v2') {
    routes.get('/api/v2/buckets', authenticate, async (context) => {
      await demand(context, 'read', { type: 'buckets' })
      const names = await databases(upstream)
      return context.json({ buckets: names.map((name) => ({ id: name, name, type: 'user' })) })
    })
  }
  return routes
}

/** What writes: also right after a number, as in `1.5INTO`, which is two words to InfluxDB. */
const WRITES = /(?<![a-z_])INTO\b/i
/** Where InfluxDB 3 has its tokens, and what others ask. @see InfluxDB 3 Core, "List admin tokens" */
const INSIDE_V3 = /(?<![a-z_])system\b|_internal/i

/**
 * Whether a query is one statement that reads data. It is run with the server's credential, which may do more than the person: `SELECT …
 * INTO` writes, `SHOW USERS` and `SHOW GRANTS` tell who there is, and what is not understood here is not passed on.
 */
function onlyReadsData(product: Upstream['product'], given: URLSearchParams): boolean {
  const [query = '', ...others] = given.getAll('q')
  const statement = query.trim().replace(/;$/, '')
  return (
    others.length === 0 &&
    /^(SELECT|SHOW\s+(DATABASES|RETENTION|MEASUREMENT|MEASUREMENTS|TAG|FIELD|SERIES|TABLES|COLUMNS))\b/i.test(
      statement,
    ) &&
    !statement.includes(';') &&
    !WRITES.test(statement) &&
    !(product === 'v3' && INSIDE_V3.test(`${given.getAll('db')} ${statement}`))
  )
}

/** Sends a request with the server's own credential. That it is refused is no fault of the person's. */
async function ask(upstream: Upstream, path: string, init: RequestInit): Promise<Response> {
  let answer: Response
  try {
    const signal = AbortSignal.timeout(LONGEST_WAIT)
    answer = await upstream.fetch(resolveUrl(upstream.url, path), { ...init, signal, redirect: 'manual' })
  } catch {
    throw refusal(502, 'internal error', 'InfluxDB does not answer')
  }
  const { status } = answer
  if (status >= 200 && status < 300) return answer
  if (status === 401 || status === 403) {
    throw refusal(
      502,
      'internal error',
      'InfluxDB refuses the credential of this server: look at INFLUX_TOKEN',
    )
  }
  if (status >= 400 && status < 500) return answer
  throw refusal(502, 'internal error', `InfluxDB answers ${status}`)
}

async function databases(upstream: Upstream): Promise<string[]> {
  const isV3 = upstream.product === 'v3'
  const path = isV3 ? '/api/v3/configure/database?format=json' : '/query?q=SHOW+DATABASES'
  const body: unknown = await (await ask(upstream, path, {})).json()
  if (isV3) return (body as Record<string, string>[]).flatMap((row) => row['iox::database'] ?? [])
  const { results } = body as { results: { series?: { values?: string[][] }[] }[] }
  return results.flatMap(({ series }) => series?.[0]?.values?.flat() ?? [])
}

/** The temperatures of the page's chart, in the InfluxDB behind. */
export function upstreamPoints(upstream: Upstream): PointStore {
  /** To InfluxQL a bucket of InfluxDB 2 that is named as `telegraf/autogen` is a database and its retention policy. */
  const placeOf = (bucket: string): Record<string, string> => {
    const [, db = bucket, rp] = (upstream.product === 'v2' && /^(.+?)\/(.+)$/s.exec(bucket)) || []
    return { db, ...(rp !== undefined && { rp }) }
  }
  return {
    async write(bucket, { time, celsius }) {
      const where =
        upstream.product === 'v3'
          ? `/api/v3/write_lp?${new URLSearchParams({ db: bucket, precision: 'millisecond' })}`
          : `/write?${new URLSearchParams({ ...placeOf(bucket), precision: 'ms' })}`
      await expectDone(await ask(upstream, where, { method: 'POST', body: `air celsius=${celsius} ${time}` }))
    },
    async read(bucket) {
      const query = new URLSearchParams({ ...placeOf(bucket), epoch: 'ms', q: 'SELECT celsius FROM air' })
      const { results } = await (await expectDone(await ask(upstream, `/query?${query}`, {}))).json()
      const { error, series } = results?.[0] ?? {}
      // With status 200, such as that there is no such database.
      if (error !== undefined) throw refusal(400, 'invalid', String(error))
      const values: readonly [number, number][] = series?.[0]?.values ?? []
      return values.map(([time, celsius]) => ({ time, celsius }))
    },
  }
}

async function expectDone(answer: Response): Promise<Response> {
  if (answer.ok) return answer
  const { message, error } = await answer.json().catch(() => ({}))
  throw refusal(400, 'invalid', String(message ?? error ?? `InfluxDB answers ${answer.status}`))
}

function pick(headers: Headers): Headers {
  const picked = new Headers()
  for (const name of PASSED) {
    const value = headers.get(name)
    if (value !== null) picked.set(name, value)
  }
  return picked
}
