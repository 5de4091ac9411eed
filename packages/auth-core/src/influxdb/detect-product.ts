// Which InfluxDB answers at a URL: asked without a credential, and of endpoints that every release has.

import { InfluxError } from './errors.ts'
import { influxApi } from './influx.ts'
import { type ProductName, products } from './products.ts'
import type { Influx, InfluxAnswer, InfluxOptions } from './types.ts'

/** The products that can be told apart from outside. */
export type DetectedProduct = Exclude<ProductName, 'clustered'>

/** What was found out about a server. */
export interface Detection {
  /** `undefined` where nothing gave it away. */
  readonly product: DetectedProduct | undefined
  /** `'certain'`: the server said so. `'likely'`: its name does. */
  readonly sure: 'certain' | 'likely' | 'no'
  /** What it was told by, in words. */
  readonly why: string
  /** As the server says it; a page of another origin cannot read it. */
  readonly version: string | undefined
}

/**
 * Finds out which InfluxDB answers at a URL. No credential is sent: `options` has none, and `fetch` must not add one.
 *
 * What is InfluxData's own is told by its host name. A cluster of one's own, and a server behind a proxy that hides what it says, may not
 * be told at all.
 *
 * @returns the product, how sure that is, and why
 * @throws {InfluxError} `ERR_INFLUX_UNREACHABLE` or `ERR_INFLUX_TIMEOUT` where nothing answers
 * @throws as `influxApi`
 * @example
 * import { detectProduct } from '@fluxauth/auth-core/influxdb'
 *
 * const { product, sure } = await detectProduct('http://localhost:8086')
 * console.log(product, sure) // v2 certain
 */
export async function detectProduct(
  url: InfluxOptions['url'],
  options: Omit<InfluxOptions, 'url' | 'credentials'> = {},
): Promise<Detection> {
  // Nor where a program hands over all that it has.
  const { credentials: _, ...others } = options as InfluxOptions
  const influx = influxApi({ ...others, url })
  // Official builds answer what they do not know with a page, and /health has no version everywhere: these two tell.
  const setup = await look(influx, '/api/v2/setup')
  const ping = await look(influx, '/ping')
  const version = ping.headers?.get('x-influxdb-version') || textIn(ping.body, 'version')
  const cloud = byHost(new URL(influx.url).hostname)
  if (cloud) return { product: cloud, sure: 'likely', why: "The host is one of InfluxData's", version }
  if (typeof Object(setup.body).allowed === 'boolean') {
    return { product: 'v2', sure: 'certain', why: 'GET /api/v2/setup says so', version }
  }
  const major = /^v?([123])\./.exec(version ?? '')?.[1]
  if (major) {
    return { product: `v${major as '1'}`, sure: 'certain', why: 'GET /ping says its version', version }
  }
  // Neither answered at all, not even with a refusal.
  if (!setup.status && !ping.status) throw setup
  return { product: undefined, sure: 'no', why: 'Neither /api/v2/setup nor /ping says it', version }
}

/** An answer, or why there is none of use. */
async function look(influx: Influx, path: string): Promise<Partial<InfluxAnswer>> {
  try {
    return await influx.send({ path })
  } catch (error) {
    if (error instanceof InfluxError) return error as Partial<InfluxAnswer>
    throw error
  }
}

function byHost(host: string): DetectedProduct | undefined {
  const names = Object.keys(products) as DetectedProduct[]
  return names.find((name) => products[name].hosts?.some((end) => `.${host}`.endsWith(`.${end}`)))
}

function textIn(body: unknown, name: string): string | undefined {
  const value: unknown = Object(body)[name]
  return typeof value === 'string' ? value : undefined
}
