// What the guard costs a server: requests per second behind it and without, in the same framework, with the framework's own Basic beside it.

import { fork } from 'node:child_process'
import autocannon from 'autocannon'
import { interval, median } from '../client/race.js'
import { HEADERS } from './accounts.js'

const ROUNDS = Number(process.env.ROUNDS ?? 30)
const SECONDS_A_TURN = 1
const CONNECTIONS = 16
const TARGET = 0.97
const PEERS = { express: 'express-basic-auth', fastify: '@fastify/basic-auth', hono: "hono's basicAuth" }

console.log(`Node ${process.version}, ${ROUNDS} rounds`)
const chosen = process.argv[2]
for (const framework of chosen ? [chosen] : ['node:http', 'fastify', 'express', 'hono']) {
  for (const [scheme, headers] of Object.entries(HEADERS)) await compare(framework, scheme, headers)
}

/** Lets the servers of a framework take turns, and prints the shares of the bare one's requests per second. */
async function compare(framework, scheme, headers) {
  const server = fork(new URL('server.js', import.meta.url), [framework])
  const ports = await new Promise((resolve) => server.once('message', resolve))
  if (scheme !== 'Basic') delete ports.peer
  const names = Object.keys(ports)
  for (const name of names) await turn(ports[name], headers)
  const shares = { ours: [], peer: [] }
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever comes second finds the machine as the first left it: so they take turns at that as well.
    const order = round % 2 === 0 ? names : [...names].reverse()
    const rates = {}
    for (const name of order) rates[name] = await turn(ports[name], headers)
    for (const name of names.slice(1)) shares[name].push(rates[name] / rates.bare)
  }
  server.disconnect()
  const share = median(shares.ours)
  const verdict = share >= TARGET ? 'reached' : 'MISSED '
  const title = `${framework}, ${scheme}`
  const [low, high] = interval(shares.ours).map((bound) => bound.toFixed(3))
  console.log(
    `${title.padEnd(18)} ${verdict}  ${share.toFixed(3)} of bare (${low} to ${high}), at least ${TARGET}`,
  )
  if (shares.peer.length > 0) {
    console.log(`${''.padEnd(18)}          ${median(shares.peer).toFixed(3)} of bare: ${PEERS[framework]}`)
  }
}

/** Requests per second. */
async function turn(port, headers) {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    duration: SECONDS_A_TURN,
    headers,
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
  return (result.requests.total * 1000) / (result.finish - result.start)
}
