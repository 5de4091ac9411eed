// Sees to it that a server can tell where a request's body ends: what comes behind it, a server takes for the next request.

import { ClientRequest } from 'node:http'
import { isUint8Array } from 'node:util/types'

/** How many bytes of the body are still to come. */
const LEFT = Symbol('bytes left')

type Framed = ClientRequest & { [LEFT]?: number }
type Send<Result> = (this: ClientRequest, ...given: unknown[]) => Result

const write = ClientRequest.prototype.write as Send<boolean>
const end = ClientRequest.prototype.end as Send<ClientRequest>

/**
 * Has a request's body sent with its length or in chunks, whatever the method. Node alone frames no body of a GET, HEAD, DELETE or
 * OPTIONS, and holds none to the `Content-Length` that the caller set: who has a say in such a body could write the next request.
 *
 * A body that is not framed as its headers say ends the request with an error, `ERR_HTTP_CONTENT_LENGTH_MISMATCH`, before the
 * server gets more of it than was announced.
 *
 * @see RFC 9112, section 6; https://github.com/nodejs/node/issues/27880
 */
export function frameBody(request: ClientRequest): void {
  request.write = writeFramed as ClientRequest['write']
  request.end = endFramed as ClientRequest['end']
}

function writeFramed(this: Framed, ...given: unknown[]): boolean {
  if (takes(this, given[0], given[1])) return write.apply(this, given)
  this.destroy(refusal(given[0]))
  return false
}

function endFramed(this: Framed, ...given: unknown[]): ClientRequest {
  const [chunk, encoding] = given
  const last = chunk && typeof chunk !== 'function' ? chunk : undefined
  if ((!last || takes(this, last, encoding)) && isWhole(this)) return end.apply(this, given)
  return this.destroy(refusal(last))
}

/** Counts a part of the body; `false` when it is more than was announced, or nothing was, or when it is no part of one. */
function takes(request: Framed, chunk: unknown, encoding: unknown): boolean {
  if (request[LEFT] === undefined && !request.headersSent) request.useChunkedEncodingByDefault = true
  const left = request[LEFT] ?? announced(request)
  if (!isPart(chunk)) return false
  const length =
    typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding as BufferEncoding) : chunk.byteLength
  request[LEFT] = left - length
  return left >= length
}

/** Whether all came that was announced; with chunks nothing is. */
function isWhole(request: Framed): boolean {
  const left = request[LEFT] ?? announced(request)
  return left === 0 || left === Number.POSITIVE_INFINITY
}

/** How long the body is by the headers: any length where they leave it to chunks, none where the server could not tell. */
function announced(request: Framed): number {
  const coding = request.getHeader('transfer-encoding')
  if (coding !== undefined) {
    // Two answers to one question are how requests are smuggled: a sender gives no length beside it (RFC 9112, section 6.2).
    if (!request.headersSent) request.removeHeader('content-length')
    return /(^|[\s,])chunked$/i.test(`${coding}`) ? Number.POSITIVE_INFINITY : Number.NaN
  }
  const length = request.getHeader('content-length')
  if (length !== undefined) return /^\d+$/.test(`${length}`) ? Number(length) : Number.NaN
  // Headers that were sent ahead, for the sake of `Expect`, hold what Node put there by the method.
  return request.headersSent && !request.useChunkedEncodingByDefault ? 0 : Number.POSITIVE_INFINITY
}

function isPart(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === 'string' || isUint8Array(chunk)
}

/** Why a body is not sent. What Node would throw for a part of a stream, nobody could catch. */
function refusal(chunk: unknown): Error {
  if (chunk !== undefined && !isPart(chunk)) {
    const error = new TypeError(
      'A body is text or bytes, and so is each part of a stream: JSON is to be made text',
    )
    return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' })
  }
  const message =
    'The body is not as long as Content-Length says, or the server could not tell its end: leave out Content-Length and Transfer-Encoding'
  return Object.assign(new Error(message), { code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH' })
}
