// The server that is flooded, in a process of its own: it tells its memory, after a collection, whenever it is asked.

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { makeVerifier } from './accounts.js'

const ATTEMPTS = 10
const SECONDS = 60

/** Counts failed attempts per address, in windows of a minute. */
function createLimiter() {
  const counts = new Map()
  return {
    begin({ address }) {
      const now = Date.now()
      let entry = counts.get(address)
      if (!entry || entry.ends <= now) {
        entry = { count: 0, ends: now + SECONDS * 1000 }
        counts.set(address, entry)
      }
      entry.count++
      const wait = entry.count > ATTEMPTS ? Math.ceil((entry.ends - now) / 1000) : 0
      return { wait, locks: entry.count === ATTEMPTS + 1 }
    },
    succeed() {},
  }
}

const verifier = await makeVerifier({
  attempts: createLimiter(),
  digest: (secret) => createHash('sha256').update(secret).digest('base64url'),
  ...(process.argv[2] === 'without-tarpit' && { tarpit: false }),
})
const body = '{"buckets":[],"total":0}'
const head = { 'content-type': 'application/json', 'content-length': body.length }
const { protect } = guardHttp(verifier)
const server = createServer(protect((_, response) => response.writeHead(200, head).end(body)))
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('message', () => {
  for (let i = 0; i < 3; i++) globalThis.gc()
  const { rss, heapUsed } = process.memoryUsage()
  process.send({ rss, heapUsed })
})
process.on('disconnect', () => process.exit())
