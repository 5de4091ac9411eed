// What a million stored tokens cost: the time to find one in SQLite, and the memory of the server that does.

import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../client/race.js'

const [FEW, MANY] = [1000, 1_000_000]
const ROUNDS = 20
const MEGABYTE = 2 ** 20

console.log(`Node ${process.version}`)
const folder = await mkdtemp(join(tmpdir(), 'fluxauth-bench-'))
try {
  const servers = await Promise.all([FEW, MANY].map((count) => start(join(folder, `${count}.db`), count)))
  await Promise.all(servers.map((server) => server.ask('warm up')))
  const shares = []
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++) {
    // By turns, so that what else the machine does meets both alike.
    const times = []
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      times[i] = (await servers[i].ask('look up')).microseconds
      best[i] = Math.min(best[i], times[i])
    }
    shares.push(times[1] / times[0])
  }
  const [few, many] = await Promise.all(servers.map((server) => server.ask('memory')))
  for (const server of servers) server.stop()

  const share = median(shares)
  const times = best.map((time) => time.toFixed(2)).join(' and ')
  print(
    'lookup, 1,000,000 : 1,000',
    share <= 2,
    `${share.toFixed(2)} times, at most 2 (best: ${times} microseconds)`,
  )
  const growth = (many.rss - few.rss) / MEGABYTE
  print('memory, the same', growth <= 64, `${growth.toFixed(1)} MB more, at most 64`)
} finally {
  await rm(folder, { recursive: true })
}

/** A server's store in a process of its own, so that the memory is its own. */
async function start(path, count) {
  const run = (program) => fork(new URL(program, import.meta.url), [path, `${count}`])
  await new Promise((resolve, reject) => {
    run('fill-sqlite.js').once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`fill: ${code}`)),
    )
  })
  const server = run('look-up-sqlite.js')
  const answer = () => new Promise((resolve) => server.once('message', resolve))
  await answer()
  return {
    ask(question) {
      server.send(question)
      return answer()
    },
    stop: () => server.disconnect(),
  }
}

function print(title, reached, text) {
  console.log(`${title.padEnd(28)} ${reached ? 'reached' : 'MISSED '}  ${text}`)
}
