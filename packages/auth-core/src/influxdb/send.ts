// Sends one request and reads its answer: no redirect is followed, no body is read without end, and nothing takes longer than it may.

import { waitFor } from '../client/abort.ts'
import { RedirectError, TargetError } from '../client/errors.ts'
import { AuthError } from '../errors.ts'
import { InfluxError, toldBy } from './errors.ts'
import type { AnswerHeaders, InfluxRequest } from './types.ts'

/** In bytes: what is read of a refusal, which has a message to give and not a proxy's page. */
const LONGEST_REFUSAL = 65_536
/** In bytes, of all else: InfluxDB has no pages of authorizations, and an operator's list may be long. */
const LONGEST = 67_108_864

/** What of a `fetch`'s answer is read. */
interface FetchAnswer {
  readonly status: number
  readonly type?: string
  readonly headers: AnswerHeaders
  readonly body?: unknown
  text(): Promise<string>
}

/** Where requests go, and by which `fetch`. */
export interface Server {
  readonly origin: string
  /** What stands before every path. */
  readonly base: string
  readonly fetch: (url: string, init: object) => Promise<FetchAnswer>
}

/** What says who sends a request. */
export interface Presented {
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** Whether a browser adds the cookie. */
  readonly isSession: boolean
  /** What must not be shown. */
  readonly secrets: readonly string[]
}

/** Sends a request; `text` is `undefined` where a refusal's is too long to be one of InfluxDB's. */
export async function send(
  { base, origin, fetch }: Server,
  { method = 'GET', path, query = {}, body, keepsCookies }: InfluxRequest,
  { authorization, cookie, isSession, secrets }: Presented,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly headers: AnswerHeaders; readonly text: string | undefined }> {
  // One such as `@evil.example` would be another host.
  if (!path.startsWith('/')) throw new TargetError('ERR_TARGET_URL', 'A path begins with a slash')
  const url = new URL(base + path)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.search += `${url.search && '&'}${name}=${encodeURIComponent(value)}`
  }
  const json = 'application/json'
  const headers: Record<string, string> = { accept: json }
  if (body) headers['content-type'] = json
  if (authorization) headers.authorization = authorization
  if (cookie) headers.cookie = cookie
  const init = { method, headers, redirect: 'manual', signal, body: body && JSON.stringify(body) }
  // Runtimes without cookies of their own throw where it is set.
  const cookies = (isSession || keepsCookies) && 'credentials' in Request.prototype
  signal.throwIfAborted()
  try {
    const answer = await fetch(url.href, cookies ? { ...init, credentials: 'include' } : init)
    const { status } = answer
    if (answer.type !== 'opaqueredirect' && (status < 300 || status >= 400)) {
      const text = await readText(answer, status < 400 ? LONGEST : LONGEST_REFUSAL)
      return { status, headers: answer.headers, text }
    }
  } catch (thrown) {
    signal.throwIfAborted()
    // A fetch that binds a credential itself has its own reasons.
    if (AuthError.is(thrown)) throw thrown
    const cause = toldBy(thrown, secrets)
    // Why there is none is said by what caused it; browsers never say it.
    const { message, code = cause.cause && cause.message } = (cause.cause ?? cause) as AuthError
    throw new InfluxError(
      'ERR_INFLUX_UNREACHABLE',
      `No answer from ${origin}: ${code ? message || code : 'is it down, or is it CORS?'}`,
      { cause },
    )
  }
  throw new RedirectError(
    'ERR_REDIRECT_REFUSED',
    'The server redirects, and no credential goes along: give the url it leads to',
  )
}

/** Reads a text that is not longer than this. */
async function readText(answer: FetchAnswer, most: number): Promise<string | undefined> {
  const body = answer.body as Partial<ReadableStream> | null | undefined
  if (!body?.getReader) {
    const text = await answer.text()
    return text.length > most ? undefined : text
  }
  const reader = body.getReader()
  const decoder = new TextDecoder('utf-8')
  for (let text = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    most -= value.length
    if (most < 0) {
      reader.cancel().catch(() => undefined)
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}

/**
 * Runs what ends in time, and when one of the signals says so, whether it heeds its own or not.
 *
 * @throws {InfluxError} `ERR_INFLUX_TIMEOUT`
 * @throws the reason of the signal that aborts
 */
export async function inTime<T>(
  seconds: number,
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // `AbortSignal.any` would be shorter: in Node 20 a time limit among its signals may be collected before it comes.
  const controller = new AbortController()
  const timer = setTimeout(() => {
    controller.abort(new InfluxError('ERR_INFLUX_TIMEOUT', `No answer within ${seconds} seconds`))
  }, seconds * 1000)
  const ends = signals.map((signal) => {
    const abort = (): void => controller.abort(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
    return () => signal?.removeEventListener('abort', abort)
  })
  try {
    return await waitFor(run(controller.signal), controller.signal)
  } finally {
    clearTimeout(timer)
    for (const end of ends) end()
  }
}
