// Floods of wrong credentials, and a crowd that signs in: what they leave to those who come with right tokens, and whether they leave
// anything in memory.

import { fork } from 'node:child_process'
import { median } from '../client/race.js'

const ROUNDS = Number(process.env.ROUNDS ?? 20)
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
const cases = {
  header: async () => {
    for (const [connections, batch] of [
      [64, 1],
      [512, 1],
      [64, 32],
    ]) {
      await throughput('header', connections, batch)
    }
  },
  // What has no credential at all is refused by every server, at its full speed.
  cookie: () => throughput('cookie', 64, 1, 'none'),
  crowd: async () => {
    for (const path of ['/', '/file']) await crowd(path)
  },
  memory: async () => {
    for (const kind of ['header', 'cookie']) await memory(kind)
  },
}
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(cases)) await cases[name]()

/** Right requests a second with a flood and without, or with another flood, in turns. */
async function throughput(kind, connections, batch, beside) {
  const { server, port } = await startServer()
  const legitimate = start('legitimate.js', [port])
  await ask(legitimate, 1)
  const shares = []
  let refused = 0
  const flooded = async (kind) => {
    const flooder = start('flooder.js', [port, connections, batch, kind])
    while ((await ask(flooder, 'how many?')) < 10) await new Promise((resolve) => setTimeout(resolve, 100))
    const before = await ask(flooder, 'how many?')
    const rate = await ask(legitimate, SECONDS_A_TURN)
    const count = (await ask(flooder, 'how many?')) - before
    flooder.disconnect()
    await new Promise((resolve) => flooder.once('exit', resolve))
    return { rate, count }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const quiet = beside ? (await flooded(beside)).rate : await ask(legitimate, SECONDS_A_TURN)
    const { rate, count } = await flooded(kind)
    shares.push(rate / quiet)
    refused += count
  }
  server.disconnect()
  legitimate.disconnect()
  const share = median(shares)
  const title = `${kind}: ${connections} connections, ${batch} at once`
  const rate = Math.round(refused / ROUNDS / SECONDS_A_TURN)
  console.log(
    `${title.padEnd(38)} ${share >= 0.8 ? 'reached' : 'MISSED '}  ${share.toFixed(3)} of the requests ${beside ? 'beside a flood without any' : 'without a flood'}, at least 0.8 (${rate}/s refused)`,
  )
}

/**
 * Right requests a second while 200 sign in at once, beside as many while the server hashes two passwords at a time, in turns: there is no
 * cheaper way to let anybody sign in.
 */
async function crowd(path) {
  const { server, port } = await startServer()
  const legitimate = start('legitimate.js', [port, path])
  await ask(legitimate, 1)
  const shares = []
  const seen = { signedIn: 0, later: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    await ask(server, { hash: 2 })
    const hashing = await ask(legitimate, SECONDS_A_TURN)
    await ask(server, { hash: 0 })
    const signers = start('signers.js', [port, 200])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    shares.push((await ask(legitimate, SECONDS_A_TURN)) / hashing)
    const { signedIn, later } = await ask(signers, 'how many?')
    seen.signedIn += signedIn
    seen.later += later
    signers.disconnect()
    await new Promise((resolve) => signers.once('exit', resolve))
  }
  server.disconnect()
  legitimate.disconnect()
  const share = median(shares)
  const title = `200 sign in, ${path === '/' ? 'requests' : 'requests that read a file'}`
  console.log(
    `${title.padEnd(38)} ${share >= 0.8 ? 'reached' : 'MISSED '}  ${share.toFixed(3)} of those beside two hashes, at least 0.8 (${seen.signedIn} signed in, ${seen.later} told to come later)`,
  )
}

/** Memory over a million refusals, answered at once so that it ends today. */
async function memory(kind) {
  const { server, port } = await startServer('without-tarpit')
  const flood = (count) =>
    new Promise((resolve, reject) => {
      start('flooder.js', [port, 16, 64, kind, count]).once('exit', (code) =>
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
    `${`${kind}: 1,000,000 refused`.padEnd(38)} ${verdict}  resident ${grown('rss').toFixed(1)} MB more, at most 8; heap ${grown('heapUsed').toFixed(2)} MB more, at most 1`,
  )
}
