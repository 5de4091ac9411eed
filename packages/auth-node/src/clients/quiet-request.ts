// Requests of Node's http and https that do not show their credentials where they, their answers or connections are printed.

import http, { ClientRequest, type IncomingMessage } from 'node:http'
import https, { type RequestOptions } from 'node:https'
import { Socket } from 'node:net'
import { type Duplex, Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { inspect } from 'node:util'
import { frameBody } from './framing.ts'

/**
 * Starts a request like `http.request` and `https.request`, as `options.protocol` says.
 *
 * Node's request holds its headers, and a connection those that it was opened for; an answer leads to both, and so does an agent. From
 * here on a request prints as its method and URL, and a connection as its host; so do copies of them. Its body is framed: see
 * {@link frameBody}.
 */
export function quietRequest(
  options: RequestOptions,
  callback?: (response: IncomingMessage) => void,
): ClientRequest {
  const { request: start } = options.protocol === 'https:' ? https : http
  const request = quiet(start(options, callback))
  frameBody(request)
  return request.on('upgrade', refuseSwitch).on('connect', refuseSwitch)
}

/**
 * Ends a request for which a server takes the connection over, by a 101 that nobody asked for or as the answer to `CONNECT`. Without a
 * listener Node says nothing of it: the request would have neither an answer nor an error, and heed no signal.
 */
function refuseSwitch(this: ClientRequest, { statusCode }: IncomingMessage, socket: Duplex): void {
  socket.destroy()
  const message = `The server answers ${statusCode} and leaves HTTP, for which nobody asked`
  this.emit('error', Object.assign(new Error(message), { code: 'EPROTO' }))
}

/** Has a request of Node's print as its method and URL, and its connection as its host. */
export function quiet(request: ClientRequest): ClientRequest {
  hush(request, showRequest)
  if (request.socket) quietSocket(request.socket)
  return request.on('socket', quietSocket)
}

/** Has an object print as text, by `console.log` and as JSON. `show` is called with copies too, which lack what a class gives. */
export function hush(object: object, show: (this: never) => string): void {
  const printed = object as { [inspect.custom]?: typeof show; toJSON?: typeof show }
  printed[inspect.custom] = show
  printed.toJSON = show
}

function showRequest(this: unknown): string {
  if (!(this instanceof ClientRequest)) return 'ClientRequest'
  const [path] = this.path.split('?', 1)
  return `ClientRequest ${this.method} ${this.protocol}//${this.getHeader('host') ?? this.host}${path}`
}

function quietSocket(socket: Socket & { toJSON?: unknown }): void {
  if (!socket.toJSON) hush(socket, showSocket)
}

function showSocket(this: unknown): string {
  return this instanceof Socket ? `Socket ${this.remoteAddress}:${this.remotePort}` : 'Socket'
}

/** Lets go of an answer that nobody will read, so that its connection can be used again; one that is long, or takes long, is cut off. */
export async function discard(body: Readable | ReadableStream): Promise<void> {
  const response = body instanceof ReadableStream ? Readable.fromWeb(body) : body
  let left = MAX_DRAINED
  const cut = setTimeout(() => response.destroy(), LONGEST_DRAIN)
  try {
    for await (const chunk of response) {
      left -= chunk.length
      if (left < 0) return
    }
  } catch {
    // What is thrown away may break off.
  } finally {
    clearTimeout(cut)
  }
}

/** In bytes: to read more of a body that nobody wants costs more than a new connection. */
export const MAX_DRAINED = 65_536
/** In milliseconds: so long the next request waits for the end of a body that nobody wants. */
export const LONGEST_DRAIN = 1000
