// The server of the client bench, in a process of its own: it answers at once, over connections that are kept.

import { createServer } from 'node:http'

const body = '{"buckets":[]}'
const head = { 'content-type': 'application/json', 'content-length': body.length }
const server = createServer((request, response) => {
  response.writeHead(request.headers.authorization === 'Token my-token' ? 200 : 401, head).end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
