// How long the command takes to start, beside Node itself and beside other commands that people type.

import { execFileSync, spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { interval, median } from '../client/race.js'

const ROUNDS = Number(process.env.ROUNDS ?? 40)
const BOUND = 1.25
const fluxauth = fileURLToPath(new URL('../../packages/auth-cli/dist/main.cjs', import.meta.url))

/** What is started, by its name: a program, its arguments, and what it reads. Those without a bound stand beside. */
const commands = [
  { name: 'fluxauth --version', args: [fluxauth, '--version'], bound: BOUND },
  { name: 'fluxauth encode token', args: [fluxauth, 'encode', 'token'], input: 'my-token', bound: BOUND },
  { name: 'fluxauth decode', args: [fluxauth, 'decode'], input: 'Token my-token', bound: BOUND },
  { name: 'fluxauth header', args: [fluxauth, 'header'], bound: BOUND },
  { name: 'npm --version', program: 'npm', args: ['--version'] },
  { name: 'influx -version', program: 'influx', args: ['-version'] },
].filter(({ program }) => program === undefined || isThere(program))

console.log(`Node ${process.version}, ${ROUNDS} rounds`)
const shares = new Map(commands.map(({ name }) => [name, []]))
const bare = { args: ['-e', '0'] }
for (let round = 0; round < ROUNDS; round++) {
  for (const command of commands) {
    // Each beside a bare one of its own: whatever else the machine does then falls on both alike.
    const [first, second] = round % 2 === 0 ? [bare, command] : [command, bare]
    const times = new Map([
      [first, start(first)],
      [second, start(second)],
    ])
    shares.get(command.name).push(times.get(command) / times.get(bare))
  }
}
for (const { name, bound } of commands) {
  const share = median(shares.get(name))
  const verdict = bound === undefined ? '       ' : share <= bound ? 'reached' : 'MISSED '
  const [low, high] = interval(shares.get(name)).map((value) => value.toFixed(3))
  const wanted = bound === undefined ? '' : `, at most ${bound}`
  console.log(`${name.padEnd(24)} ${verdict}  ${share.toFixed(3)} of node -e 0 (${low} to ${high})${wanted}`)
}

/** In milliseconds. */
function start({ program = process.execPath, args, input = '' }) {
  const env = { PATH: process.env.PATH, HOME: join(tmpdir(), 'fluxauth-no-home'), INFLUX_TOKEN: 'my-token' }
  const begin = performance.now()
  const { status, error, stderr } = spawnSync(program, args, { input, env })
  const end = performance.now()
  if (error || status !== 0) throw error ?? new Error(String(stderr))
  return end - begin
}

function isThere(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
