// Which InfluxDB answers, asked with the patience of a person.

import { type Detection, detectProduct } from '@fluxauth/auth-core/influxdb'
import { EXIT, UsageError } from '../output/errors.ts'
import { waitFor } from '../output/waiting.ts'

/** In seconds: how long an answer may take. */
export const PATIENCE = 10
/** In milliseconds: when a second request is to say why nothing comes of the first. */
const DOUBT = 1000

/**
 * Finds it out, and says meanwhile what is waited for. All of it takes no longer than `PATIENCE`.
 *
 * @throws {UsageError} `ERR_INFLUX_TIMEOUT`, with the exit code of no answer
 * @throws what `fetch` throws where the server hangs up
 * @throws as `detectProduct`
 */
export async function findProduct(url: string, allowInsecure: boolean | undefined): Promise<Detection> {
  const { origin } = new URL(url)
  const ended = new AbortController()
  const { signal } = ended
  const timers = [
    setTimeout(() => ended.abort(noAnswer(origin)), PATIENCE * 1000),
    // Node 20's fetch is silent for ever about a first connection that was closed at once, and says so of the next.
    setTimeout(() => {
      ping(url, signal).catch((error) => ended.abort(error))
    }, DOUBT),
  ]
  try {
    const detected = detectProduct(url, { allowInsecure, signal })
    return await waitFor(`${origin} to say which InfluxDB it is`, detected)
  } finally {
    for (const timer of timers) clearTimeout(timer)
    ended.abort()
  }
}

/** Whether somebody in front of InfluxDB says that it is not there now. */
export function isGatewayError(status: number): boolean {
  return status === 502 || status === 503 || status === 504
}

/** What is said then. */
export function notUp(origin: string, status: number): string {
  return `What stands before InfluxDB at ${origin} answers ${status}: InfluxDB behind it is not up, or not yet`
}

/**
 * Looks why a server did not say which InfluxDB it is.
 *
 * @throws {UsageError} `ERR_NOT_UP` where nothing but who stands before it answers now
 */
export async function checkIsUp(url: string): Promise<void> {
  const status = await ping(url, AbortSignal.timeout(PATIENCE * 1000)).catch(() => undefined)
  if (status === undefined || !isGatewayError(status)) return
  throw new UsageError(
    'ERR_NOT_UP',
    `${notUp(new URL(url).origin, status)}. Try it again when it is`,
    EXIT.http,
  )
}

/** Asks for what needs no credential of most. @returns the status */
async function ping(url: string, signal: AbortSignal): Promise<number> {
  const { status, body } = await fetch(`${url.replace(/\/+$/, '')}/ping`, { signal, redirect: 'manual' })
  await body?.cancel()
  return status
}

function noAnswer(origin: string): UsageError {
  return new UsageError(
    'ERR_INFLUX_TIMEOUT',
    `${origin} does not answer: nothing came within ${PATIENCE} seconds. Is it InfluxDB that listens there, and http or https as it speaks it?`,
    EXIT.network,
  )
}
