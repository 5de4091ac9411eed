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
  let answer = await ask(request, response, { url, authorization })
  if (answer?.statusCode === 401) {
    const looked = credential.refused(authorization)
    const next = framingOf(request) ? authorization : await looked
    // Who asked may be gone by now.
    if (next !== authorization && !response.destroyed) {
      answer.destroy() // it may have no end
      answer = await ask(request, response, { url, authorization: next })
    }
  }
  return handOn(answer, response)
}

/** @returns the answer; `undefined` where there is none */
function ask(
  request: IncomingMessage,
  response: ServerResponse,
  { url, authorization }: { readonly url: URL; readonly authorization: string },
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const { method = 'GET', headers } = request
    const passed = group(kept(request.rawHeaders, NOT_SENT, headers.connection))
    const framing = framingOf(request)
    const upstream = send(url, { method, headers: { ...passed, ...framing, authorization } }, resolve)
    upstream.on('error', () => resolve(undefined))
    // A 101 that nobody asked for is the end of a request to Node, and no error.
    upstream.on('upgrade', (_, socket) => {
      socket.destroy()
      resolve(undefined)
    })
    // Who asked is gone: nobody waits any more.
    response.on('close', () => {
      if (!response.writableFinished) upstream.destroy()
    })
    if (framing) pipeline(request, upstream, () => undefined)
    else upstream.end()
  })
}

/** @returns the status that was answered with */
async function handOn(answer: IncomingMessage | undefined, response: ServerResponse): Promise<number> {
  // It may have broken off while another credential was looked for.
  if (!answer || answer.destroyed) return unavailable(response)
  const { statusCode = 502, statusMessage = '', rawHeaders, headers } = answer
  try {
    response.writeHead(statusCode, statusMessage, kept(rawHeaders, NOT_RETURNED, headers.connection).flat())
  } catch {
    // No answer that could be passed on, such as one of status 99.
    answer.destroy()
    return unavailable(response)
  }
  // As it comes: who waits for an event waits for no more than that.
  response.flushHeaders()
  await new Promise<void>((resolve) => pipeline(answer, response, () => resolve()))
  return statusCode
}

function unavailable(response: ServerResponse): number {
  tell(response, 502, 'unavailable', 'The server behind this proxy does not answer')
  return 502
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
