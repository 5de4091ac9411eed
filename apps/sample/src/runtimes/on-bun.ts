// The API on Bun. Prints the port on which it listens.

import { createApp } from './app.ts'

interface BunServer {
  readonly port: number
  requestIP(request: Request): { readonly address: string } | null
}
declare const Bun: {
  serve(options: {
    port: number
    hostname: string
    fetch(request: Request, server: BunServer): Promise<Response>
  }): BunServer
}

const app = createApp((request: Request, server: BunServer) => server.requestIP(request)?.address)
console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app }).port)
