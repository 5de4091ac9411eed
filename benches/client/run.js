// What authentication costs a client: requests per second, a cached credential, and the start of a program.

import { execFileSync, fork } from 'node:child_process'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { createAuthorizer } from '@fluxauth/auth-core/client'
import { authFetch } from '@fluxauth/auth-node'
import { authHttp } from '@fluxauth/auth-node/http'
import { authDispatcher, authInterceptor } from '@fluxauth/auth-node/undici'
import { Agent, request as undiciRequest } from 'undici'
import { median, race } from './race.js'

const headers = { authorization: 'Token my-token', accept: 'application/json' }
const ours = { accept: 'application/json' }
const credentials = 'my-token'

const RACES = {
  fetch: [fetches, 0.95],
  undici: [undicis, 0.97],
  'undici, both composed': [composed, 0.97],
  'node:http': [https, 0.97],
}

const chosen = process.argv[2]
if (chosen) await raceOne(chosen)
else {
  console.log(`Node ${process.version}`)
  // A program has one client, and the engine compiles for what it sees: so each has a process of its own.
  for (const client of Object.keys(RACES)) run(fileURLToPath(import.meta.url), [client], 'inherit')
  await cachedCredential()
  importCost()
}

/** Races one client, by its name above. */
async function raceOne(client) {
  const server = fork(new URL('server.js', import.meta.url))
  const port = await new Promise((resolve) => server.once('message', resolve))
  const origin = `http://127.0.0.1:${port}`
  const [clients, target] = RACES[client]
  await race(client, ...clients({ origin, credentials }, `${origin}/api/v2/buckets`), target)
  server.disconnect()
}

/** Runs a program to its end. */
function run(program, args = [], stdio = 'pipe') {
  execFileSync(process.execPath, [program, ...args], { stdio })
}

/** Reads an answer, and stops the bench when it is a refusal. */
function check(status) {
  if (status !== 200) throw new Error(`status ${status}`)
}

function fetches(options, url) {
  const auth = authFetch(options)
  const send = async (response) => {
    check(response.status)
    await response.text()
  }
  return [
    async () => send(await fetch(url, { headers })),
    async () => send(await auth(url, { headers: ours })),
  ]
}

/** An interceptor that does nothing: what composing costs by itself. */
function nothing(dispatch) {
  return (request, handler) => dispatch(request, handler)
}

function undicis(options, url) {
  return undiciPair(url, new Agent(), authDispatcher(new Agent(), options))
}

function composed(options, url) {
  return undiciPair(url, new Agent().compose(nothing), new Agent().compose(authInterceptor(options)))
}

function undiciPair(url, bare, auth) {
  const send = async ({ statusCode, body }) => {
    check(statusCode)
    await body.text()
  }
  return [
    async () => send(await undiciRequest(url, { dispatcher: bare, headers })),
    async () => send(await undiciRequest(url, { dispatcher: auth, headers: ours })),
  ]
}

function https(options, url) {
  const agents = () => ({ http: new http.Agent({ keepAlive: true }) })
  const [bare, kept] = [agents(), agents()]
  const { get } = authHttp({ ...options, agents: kept })
  const read = (response) =>
    new Promise((resolve, reject) => {
      check(response.statusCode)
      response.on('error', reject).on('end', resolve).resume()
    })
  const bareGet = () =>
    new Promise((resolve, reject) => {
      http.get(url, { agent: bare.http, headers }, resolve).on('error', reject)
    })
  return [async () => read(await bareGet()), async () => read(await get(url, { headers: ours }))]
}

/** How long the authorizer takes when the provider has its answer at hand. */
async function cachedCredential() {
  const origin = 'http://localhost:8086'
  const to = new URL('/api/v2/buckets', origin)
  const basic = { scheme: 'basic', username: 'joe', password: 'open sesame' }
  for (const [scheme, credential] of Object.entries({ Token: credentials, Basic: basic })) {
    const authorizer = createAuthorizer({ origin, credentials: credential })
    const times = []
    for (let round = 0; round < 50; round++) {
      const start = performance.now()
      for (let i = 0; i < 10_000; i++) await authorizer.authorize(to)
      times.push((performance.now() - start) / 10)
    }
    const time = median(times)
    const verdict = time <= 1 ? 'reached' : 'MISSED '
    console.log(`${`cached ${scheme}`.padEnd(24)} ${verdict}  ${time.toFixed(3)} microseconds, at most 1`)
  }
}

/** How much longer a program takes to start that imports auth-node. */
function importCost() {
  const time = (program) => {
    const start = performance.now()
    run(fileURLToPath(new URL(program, import.meta.url)))
    return performance.now() - start
  }
  const bare = () => time('start-bare.js')
  const auth = () => time('start-with-auth-node.js')
  const shares = []
  for (let round = 0; round < 40; round++) {
    const first = round % 2 === 0 ? bare() : auth()
    const second = round % 2 === 0 ? auth() : bare()
    shares.push(round % 2 === 0 ? second / first : first / second)
  }
  const share = median(shares)
  const verdict = share <= 1.15 ? 'reached' : 'MISSED '
  console.log(
    `${'import of auth-node'.padEnd(24)} ${verdict}  ${share.toFixed(3)} of a bare start, at most 1.15`,
  )
}
