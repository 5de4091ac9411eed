// Starts the sample server and says once, and only here, what it was seeded with.

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startServer } from './server/app.ts'
import { findUpstream } from './server/gateway.ts'

const HELP = `Usage: node dist/server.js [--port NUMBER] [--credentials FILE] [--example]

Serves the auth-related part of the InfluxDB /api/v2 API, and a page that uses it, on 127.0.0.1.

  --port NUMBER        the port (default 8086)
  --credentials FILE   JSON with "username", "password" and "token"; each is made up at random where it is missing
  --example            an account that may use the buckets, which the page fills in for whoever opens it

With INFLUX_URL set it is a gateway to that InfluxDB: people sign in here, and the credential of the environment (INFLUX_TOKEN, or
INFLUX_USERNAME and INFLUX_PASSWORD) goes there, for the requests that src/server/gateway.ts lists.
`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8086' },
    credentials: { type: 'string' },
    example: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(HELP)
} else {
  const seed = values.credentials ? JSON.parse(await readFile(values.credentials, 'utf8')) : {}
  const upstream = await findUpstream()
  const { example } = values
  const { origin, credentials, stop } = await startServer({
    ...seed,
    upstream,
    example,
    port: Number(values.port),
  })
  // First: who is told where it listens may end it in that moment.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
  console.log(`Listening on ${origin}${upstream ? `, before the InfluxDB at ${upstream.url}` : ''}`)
  for (const [name, value] of Object.entries(credentials)) {
    console.log(`${name.padEnd(8)}  ${seed[name] === undefined ? value : '(from the file)'}`)
  }
}
