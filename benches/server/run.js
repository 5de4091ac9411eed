// What the guard costs a server: requests per second behind it and without, in the same framework, with the framework's own Basic beside it.
// A second bare server says how far two equal ones come out apart.

import { execFileSync, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import autocannon from 'autocannon'
import { interval, median } from '../client/race.js'
import { HEADERS } from './accounts.js'

// Many short turns: whatever else the machine does then falls on all alike.
const ROUNDS = Number(process.env.ROUNDS ?? 200)
// And in several processes, one after the other: in each the engine compiles the same code in another way.
const PROCESSES = 5
const SECONDS_A_TURN = 0.1
// The engine compiles what it has seen for a while, in threads of its own: after that a server goes on for days.
const WARM_UP_TURNS = 20
const CONNECTIONS = 16
const TARGET = 0.97
// Each reads a header in its own way: with InfluxDB 2 one of another scheme beside a session counts as none.
const CASES = [
  ['Token', 'cloud-serverless'],
  ['Basic', 'cloud-serverless'],
  ['Token', 'v2'],
]
// What every guard needs of a framework: a step of its chain that does nothing but call the next.
const STEPS = {
  express: 'an empty middleware',
  fastify: 'an empty plugin and hook',
  hono: 'an empty middleware',
}
const PEERS = { express: 'express-basic-auth', fastify: '@fastify/basic-auth', hono: "hono's basicAuth" }

/** Keeps a process on one core, where the system can: else who shares a core with whom is another thing in each turn. */
function keepOn(core, pid) {
  try {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', core, pid].map(String), {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

const isApart = availableParallelism() > 1 && keepOn(1, process.pid)
console.log(
  `Node ${process.version}, ${ROUNDS} rounds${isApart ? ', servers and clients on a core of their own' : ''}`,
)
const chosen = process.argv[2]
for (const framework of chosen ? [chosen] : ['node:http', 'fastify', 'express', 'hono']) {
  for (const [scheme, product] of CASES) await compare(framework, scheme, product)
}

/** Lets the servers of a framework take turns, and prints the shares of the bare one's requests per second. */
async function compare(framework, scheme, product) {
  const shares = {
    ours: [],
    again: [],
    ...(STEPS[framework] && { step: [] }),
    ...(scheme === 'Basic' && PEERS[framework] && { peer: [] }),
  }
  for (let i = 0; i < PROCESSES; i++) await race(framework, product, HEADERS[scheme], shares)
  const verdict = median(shares.ours) >= TARGET ? 'reached' : 'MISSED '
  console.log(
    `${`${framework}, ${scheme}, ${product}`.padEnd(34)} ${verdict}  ${describe(shares.ours)}, at least ${TARGET}`,
  )
  console.log(`${''.padEnd(43)} ${describe(shares.again)}: bare again`)
  if (shares.step) console.log(`${''.padEnd(43)} ${describe(shares.step)}: ${STEPS[framework]}`)
  if (shares.peer) console.log(`${''.padEnd(43)} ${describe(shares.peer)}: ${PEERS[framework]}`)
}

/** Adds what the servers of one process come to. */
async function race(framework, product, headers, shares) {
  const server = fork(new URL('server.js', import.meta.url), [framework, product])
  const ports = await new Promise((resolve) => server.once('message', resolve))
  if (isApart && !keepOn(0, server.pid)) throw new Error('the servers cannot be kept on core 0')
  const names = ['bare', ...Object.keys(shares)]
  for (const name of names) {
    for (let i = 0; i < WARM_UP_TURNS; i++) await turn(ports[name], headers)
  }
  for (let round = 0; round < ROUNDS / PROCESSES; round++) {
    // Whoever comes later finds the machine as the others left it: so they take turns at that as well.
    const first = (round >> 1) % names.length
    const order = [...names.slice(first), ...names.slice(0, first)]
    if (round % 2 === 1) order.reverse()
    const rates = {}
    for (const name of order) rates[name] = await turn(ports[name], headers)
    for (const [name, ratios] of Object.entries(shares)) ratios.push(rates[name] / rates.bare)
  }
  server.disconnect()
}

function describe(shares) {
  const [low, high] = interval(shares).map((bound) => bound.toFixed(3))
  return `${median(shares).toFixed(3)} of bare (${low} to ${high})`
}

/** Requests per second. */
async function turn(port, headers) {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    duration: SECONDS_A_TURN,
    sampleInt: 10, // milliseconds; only then it looks whether it is time to stop
    headers,
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
  return (result.requests.total * 1000) / (result.finish - result.start)
}
