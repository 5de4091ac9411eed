// The server that is flooded, in a process of its own: it tells its memory, after a collection, whenever it is asked.

import { createServer } from 'node:http'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { makeVerifier } from './accounts.js'

const verifier = await makeVerifier(process.argv[2] === 'without-tarpit' ? { tarpit: false } : {})
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
