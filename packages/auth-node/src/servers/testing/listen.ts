// Starts servers on free loopback ports for the tests of this folder.

import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ServerOptions, ServerUnderTest } from '@fluxauth/auth-testkit'

/** Serves a listener of Node's, over TLS where the options say so. */
export async function listen(
  listener: RequestListener,
  tls: ServerOptions['tls'] = undefined,
): Promise<Required<Pick<ServerUnderTest, 'origin' | 'close' | 'server'>>> {
  const server: Server = tls ? createSecureServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
