// A small server for tests: who may come in says a verifier over the store that the environment names.

import { createServer } from 'node:http'
import { createVerifier, scryptPasswords } from '@fluxauth/auth-node/server'
import { createPostgresStore } from '@fluxauth/auth-node/stores/postgres'
import { createRedisStore } from '@fluxauth/auth-node/stores/redis'

const limits = { user: 5 }
const { STORE, STORE_URL: url } = process.env
const store =
  STORE === 'redis'
    ? await createRedisStore({ url, limits, timeout: 500 })
    : await createPostgresStore({ connectionString: url, limits, timeout: 1500 })
const passwords = scryptPasswords({ cost: 1024, parallelization: 1 })
const users = new Map()
for (const [i, name] of ['joe', 'eve'].entries()) {
  users.set(name, { id: `000000000000000${i}`, name, password: await passwords.hash(`${name}'s password`) })
}
const verifier = createVerifier({
  product: 'v2',
  store,
  passwords,
  findUser: (name) => users.get(name),
  tarpit: false,
})

const server = createServer(async (request, response) => {
  const { method, url, headers, socket } = request
  const asked = {
    method,
    url,
    authorization: headers.authorization,
    address: socket.remoteAddress,
    secure: false,
    header: (name) => headers[name],
  }
  const answer = ({ status, headers, body }) => response.writeHead(status, headers).end(body)
  if (url === '/api/v2/signin') return answer(await verifier.signIn(asked))
  const verdict = await verifier.verify(asked)
  if ('refusal' in verdict) return answer(verdict.refusal)
  answer({ status: 200, headers: {}, body: JSON.stringify(verdict.principal) })
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))

// What a test has done on this server: `tokens.create`, `sessions.revokeAll`.
process.on('message', async ({ object, method, args }) => {
  process.send({ result: await verifier[object][method](...args) })
})
process.on('disconnect', () => process.exit())
