// A flood of wrong credentials: what it leaves to those who come with right ones, and whether it leaves anything in memory.

import { fork } from 'node:child_process'
import { median } from '../client/race.js'

const ROUNDS = 10
const SECONDS_A_TURN = 2
const REFUSED = 1_000_000
const MEGABYTE = 1024 * 1024

const start = (program, args = [], execArgv = []) =>
  fork(new URL(program, import.meta.url), args.map(String), { execArgv })
const ask = (child, question) =>
  new Promise((resolve, reject) => {
    const ended = () => reject(new Error('a process of the bench has ended'))
    child.once('exit', ended).once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer)
    })
    child.send(question)
  })
const startServer = async (...args) => {
  const server = start('flooded.js', args, ['--expose-gc'])
  return { server, port: await new Promise((resolve) => server.once('message', resolve)) }
}

console.log(`Node ${process.version}`)
for (const [connections, batch] of [
  [64, 1],
  [512, 1],
  [64, 32],
]) {
  await throughput(connections, batch)
}
await memory()

/** Right requests a second with a flood and without, in turns. */
async function throughput(connections, batch) {
  const { server, port } = await startServer()
  const legitimate = start('legitimate.js', [port])
  await ask(legitimate, 1)
  const shares = []
  let refused = 0
  for (let round = 0; round < ROUNDS; round++) {
    const quiet = await ask(legitimate, SECONDS_A_TURN)
    const flooder = start('flooder.js', [port, connections, batch])
    while ((await ask(flooder, 'how many?')) < 10) await new Promise((resolve) => setTimeout(resolve, 100))
    const before = await ask(flooder, 'how many?')
    shares.push((await ask(legitimate, SECONDS_A_TURN)) / quiet)
    refused += (await ask(flooder, 'how many?')) - before
    flooder.disconnect()
    await new Promise((resolve) => flooder.once('exit', resolve))
  }
  server.disconnect()
  legitimate.disconnect()
  const share = median(shares)
  const title = `${connections} connections, ${batch} at once`
  const rate = Math.round(refused / ROUNDS / SECONDS_A_TURN)
  console.log(
    `${title.padEnd(30)} ${share >= 0.8 ? 'reached' : 'MISSED '}  ${share.toFixed(3)} of the requests without a flood, at least 0.8 (${rate}/s refused)`,
  )
}

/** Memory over a million refusals, answered at once so that it ends today. */
async function memory() {
  const { server, port } = await startServer('without-tarpit')
  const flood = (count) =>
    new Promise((resolve, reject) => {
      start('flooder.js', [port, 16, 64, count]).once('exit', (code) =>
        code === 0 ? resolve() : reject(code),
      )
    })
  await flood(REFUSED / 5)
  const before = await ask(server, 'how much?')
  await flood(REFUSED)
  const after = await ask(server, 'how much?')
  server.disconnect()
  const grown = (key) => (after[key] - before[key]) / MEGABYTE
  const verdict = grown('rss') <= 8 && grown('heapUsed') <= 1 ? 'reached' : 'MISSED '
  console.log(
    `${'1,000,000 refused'.padEnd(30)} ${verdict}  resident ${grown('rss').toFixed(1)} MB more, at most 8; heap ${grown('heapUsed').toFixed(2)} MB more, at most 1`,
  )
}
