// The API on Node, by Hono's server. Prints the port on which it listens.

import { type HttpBindings, serve } from '@hono/node-server'
import { createApp } from './app.ts'

const app = createApp((_: Request, { incoming }: HttpBindings) => incoming.socket.remoteAddress)
serve(
  { port: 0, hostname: '127.0.0.1', fetch: (request, env) => app(request, env as HttpBindings) },
  ({ port }) => console.log(port),
)
