// The API on Deno. Prints the port on which it listens.

import { createApp } from './app.ts'

interface Connection {
  readonly remoteAddr: { readonly hostname: string }
}
declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen(address: { readonly port: number }): void },
    handler: (request: Request, connection: Connection) => Promise<Response>,
  ): unknown
}

const app = createApp((_: Request, { remoteAddr }: Connection) => remoteAddr.hostname)
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, app)
