// Lets a client that waits to be told to go on (`Expect: 100-continue`) go on only where its body is wanted.

import type { Server } from 'node:http'

/**
 * Tells clients to go on with their body as it begins to be read, rather than before anybody has looked at the request, as Node does by
 * itself. So a guard comes first, and who is refused has sent nothing. Works for whatever runs on the server: call it once, before it
 * listens.
 *
 * @param server of node:http or https; `app.server` of Fastify, what `app.listen` returns of Express and Koa
 * @example
 * import { createServer } from 'node:http'
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { continueWhenRead, guardHttp } from '@fluxauth/auth-node/servers/http'
 *
 * const guard = guardHttp(createVerifier({ findToken: () => undefined }))
 * const server = createServer(guard.protect((request, response) => response.end('let in')))
 * continueWhenRead(server)
 * @see RFC 9110, section 10.1.1
 */
export function continueWhenRead(server: Server): void {
  server.on('checkContinue', (request, response) => {
    const read = request._read
    request._read = (size) => {
      request._read = read
      if (!response.headersSent) response.writeContinue()
      read.call(request, size)
    }
    server.emit('request', request, response)
  })
}
