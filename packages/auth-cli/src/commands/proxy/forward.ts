// A request and its answer, passed on as they come: with the credential instead of the key, and without what is between two machines alone.

import { type IncomingMessage, request as requestHttp, type ServerResponse, STATUS_CODES } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline } from 'node:stream'
import type { CurrentCredential } from './credential.ts'

/** Of one connection alone (RFC 9110, section 7.6.1), or of who asked: these are not passed on. */
const NOT_SENT =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|content-length|upgrade|expect|authorization|cookie|origin|referer|sec-.*)$/
/** A page gets no leave to read, and nobody a session. */
const NOT_RETURNED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie|access-control-.*)$/

/**
 * Passes a request on.
 *
 * @param url the whole address, at the upstream
 * @param credential one that is refused is looked for anew; what has no body is sent once more with another one
 * @returns the status that was answered with
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { url, credential }: { readonly url: URL; readonly credential: CurrentCredential },
): Promise<number> {
  const authorization = credential.authorization()
  const isRepeatable = framingOf(request) === undefined
  let next: string | undefined
  const isAnswer = async (status: number): Promise<boolean> => {
    if (status !== 401) return true
    const looked = credential.refused(authorization)
    if (!isRepeatable) return true
    next = await looked
    return next === authorization
  }
  const status = await pass(request, response, { url, authorization, isAnswer })
  if (status !== undefined) return status
  const again = { url, authorization: next ?? authorization, isAnswer: async () => true }
  return (await pass(request, response, again)) ?? 502
}

interface Passing {
  readonly url: URL
  readonly authorization: string
  /** Whether an answer of this status is for who asked. */
  isAnswer(status: number): Promise<boolean>
}

/** @returns the status that was answered with; `undefined` where it is none for who asked */
function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { url, authorization, isAnswer }: Passing,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const { method = 'GET', headers } = request
    const passed = group(kept(request.rawHeaders, NOT_SENT, headers.connection))
    const framing = framingOf(request)
    const options = { method, headers: { ...passed, ...framing, authorization } }
    let isLeft = false
    const upstream = send(url, options, async (answer) => {
      const { statusCode = 502 } = answer
      if (!(await isAnswer(statusCode)) && !response.destroyed) {
        isLeft = true
        answer.destroy() // it may have no end
        return resolve(undefined)
      }
      const raw = kept(answer.rawHeaders, NOT_RETURNED, answer.headers.connection)
      try {
        response.writeHead(statusCode, answer.statusMessage ?? '', raw.flat())
      } catch (error) {
        // No answer that could be passed on, such as one of status 99.
        upstream.destroy(error as Error)
        return
      }
      // As it comes: who waits for an event waits for no more than that.
      response.flushHeaders()
      pipeline(answer, response, () => resolve(statusCode))
    })
    const fail = (): void => {
      if (isLeft) return // the answer is another request's by now
      if (response.headersSent) response.destroy()
      else tell(response, 502, 'unavailable', 'The server behind this proxy does not answer')
      resolve(502)
    }
    upstream.on('error', fail)
    // A 101 that nobody asked for is the end of a request to Node, and no error.
    upstream.on('upgrade', (_, socket) => {
      socket.destroy()
      fail()
    })
    // Who asked is gone: nobody waits any more.
    response.on('close', () => {
      if (!response.writableFinished) upstream.destroy()
    })
    if (framing) pipeline(request, upstream, () => undefined)
    else upstream.end()
  })
}

/**
 * How the body's end is told, whatever the method and whatever the connection is said to need: a body whose end is not told is a request
 * of its own for the server, and Node tells it by itself for some methods alone.
 *
 * @returns `undefined` where there is no body
 */
function framingOf({ headers }: IncomingMessage): Readonly<Record<string, string>> | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers
  if (encoding !== undefined) return { 'transfer-encoding': encoding }
  return length === undefined ? undefined : { 'content-length': length }
}

/** Answers as InfluxDB does. */
export function tell(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ code, message })
  response.writeHead(status, STATUS_CODES[status] ?? '', {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-platform-error-code': code,
    'cache-control': 'no-store',
  })
  response.end(body)
}

function kept(raw: readonly string[], dropped: RegExp, connection: string | undefined): [string, string][] {
  const named = (connection ?? '').toLowerCase().split(/\s*,\s*/)
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2)
    const lower = name.toLowerCase()
    if (!dropped.test(lower) && !named.includes(lower)) pairs.push([name, value])
  }
  return pairs
}

/** As Node sends them. A header may have the name of what every object has, such as `constructor`. */
function group(pairs: readonly [string, string][]): Record<string, string[]> {
  const grouped = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase()
    grouped.set(lower, [...(grouped.get(lower) ?? []), value])
  }
  return Object.fromEntries(grouped)
}
