// Starts the sample server and says once, and only here, what it was seeded with.

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startServer } from './server/app.ts'

const HELP = `Usage: node dist/server.js [--port NUMBER] [--credentials FILE]

Serves the auth-related part of the InfluxDB /api/v2 API, and a page that uses it, on 127.0.0.1.

  --port NUMBER        the port (default 8086)
  --credentials FILE   JSON with "username", "password" and "token"; each is made up at random where it is missing
`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8086' },
    credentials: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(HELP)
} else {
  const seed = values.credentials ? JSON.parse(await readFile(values.credentials, 'utf8')) : {}
  const { origin, credentials, stop } = await startServer({ ...seed, port: Number(values.port) })
  console.log(`Listening on ${origin}`)
  for (const [name, value] of Object.entries(credentials)) {
    console.log(`${name.padEnd(8)}  ${seed[name] === undefined ? value : '(from the file)'}`)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
}
