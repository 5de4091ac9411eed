// Requests of Node's http and https that do not show their credentials where they, their answers or connections are printed.

import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https, { type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { frameBody } from './framing.ts'

/**
 * Starts a request like `http.request` and `https.request`, as `options.protocol` says.
 *
 * Node's request holds its headers, and a connection those that it was opened for; an answer leads to both, and so does an agent. From
 * here on a request prints as its method and URL, and a connection as its host. Its body is framed: see {@link frameBody}.
 */
export function quietRequest(
  options: RequestOptions,
  callback?: (response: IncomingMessage) => void,
): ClientRequest {
  const { request: start } = options.protocol === 'https:' ? https : http
  const request = start(options, callback) as Quiet<ClientRequest>
  request[inspect.custom] = showRequest
  request.toJSON = showRequest
  frameBody(request)
  return request.on('socket', quietSocket)
}

type Quiet<T> = T & { [inspect.custom]?: () => string; toJSON?: () => string }

function showRequest(this: ClientRequest): string {
  const [path] = this.path.split('?', 1)
  return `ClientRequest ${this.method} ${this.protocol}//${this.getHeader('host') ?? this.host}${path}`
}

function quietSocket(socket: Quiet<Socket>): void {
  if (socket.toJSON) return
  socket[inspect.custom] = showSocket
  socket.toJSON = showSocket
}

function showSocket(this: Socket): string {
  return `Socket ${this.remoteAddress}:${this.remotePort}`
}

/** Lets go of an answer that nobody will read, so that its connection can be used again; a long one is cut off. */
export async function discard(response: IncomingMessage): Promise<void> {
  let left = MAX_DRAINED
  try {
    for await (const chunk of response) {
      left -= chunk.length
      if (left < 0) return
    }
  } catch {
    // What is thrown away may break off.
  }
}

/** In bytes: to read more of a body that nobody wants costs more than a new connection. */
const MAX_DRAINED = 65_536
