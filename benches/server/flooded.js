// The server that is flooded, in a process of its own: it tells its memory, after a collection, or hashes passwords, whenever it is asked.

import { randomBytes, scrypt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { scryptPasswords } from '@fluxauth/auth-node/server'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { makeVerifier, PASSWORD, USER } from './accounts.js'

const passwords = scryptPasswords()
const user = { password: await passwords.hash(PASSWORD), permissions: 'all' }
const verifier = await makeVerifier({
  passwords,
  schemes: { signIn: 'password' },
  findUser: (name) => (name.startsWith(USER) ? { ...user, id: name === USER ? '1' : name, name } : undefined),
  ...(process.argv[2] === 'without-tarpit' && { tarpit: false }),
})
const body = '{"buckets":[],"total":0}'
const head = { 'content-type': 'application/json', 'content-length': body.length }
const { protect, signIn } = guardHttp(verifier)
const answer = protect(async (request, response) => {
  if (request.url === '/file') await readFile(new URL(import.meta.url))
  response.writeHead(200, head).end(body)
})
const server = createServer((request, response) =>
  request.url === '/api/v2/signin' ? signIn(request, response) : answer(request, response),
)
server.listen(0, '127.0.0.1', () => process.send(server.address().port))

let hashing = 0
/** Hashes one password after the other, as a server without a bound of ours would for one that signs in. */
function hash(run) {
  const options = { cost: 2 ** 15, blockSize: 8, parallelization: 3, maxmem: 2 ** 26 }
  scrypt(PASSWORD, randomBytes(16), 32, options, () => run === hashing && hash(run))
}
process.on('message', (asked) => {
  if (asked.hash !== undefined) {
    hashing++
    for (let i = 0; i < asked.hash; i++) hash(hashing)
    process.send('begun')
    return
  }
  for (let i = 0; i < 3; i++) globalThis.gc()
  const { rss, heapUsed } = process.memoryUsage()
  process.send({ rss, heapUsed })
})
process.on('disconnect', () => process.exit())
