// A real Redis that asks for a password, and can be stopped and started again.

import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { requirePart } from './parts.ts'
import { freePort, type RunningProgram, type RunningServer, runProgram, temporaryFolder } from './process.ts'

/** A Redis that was started for a test. */
export interface RunningRedis extends RunningServer {
  /** `redis://` with the password. */
  readonly url: string
  readonly password: string
  /** Ends it, its data kept. */
  halt(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it again on the same port, with the data it had. */
  resume(): Promise<void>
  /** Its process, to be frozen say. */
  readonly pid: number | undefined
}

/**
 * Starts Debian's Redis, or Valkey, with a random password that is told in a file of its own alone.
 *
 * @returns the running server
 * @see `describeReal`, whose example starts nginx in this way
 */
export async function startRedis(): Promise<RunningRedis> {
  const program = requirePart('redis')
  const folder = await temporaryFolder('redis')
  const port = await freePort()
  const password = randomBytes(24).toString('hex')
  const config = join(folder, 'redis.conf')
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${folder}"`,
    `requirepass ${password}`,
    'appendonly yes',
    'appendfsync always',
    'save ""',
    'daemonize no',
  ]
  await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o600 })
  const start = () => runProgram(program, [config], { folder, ready: () => answers(port, password) })
  const remove = () => rm(folder, { recursive: true, force: true })
  let running: RunningProgram
  try {
    running = await start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    password,
    get pid() {
      return running.pid
    },
    halt: (signal) => running.end(signal),
    async resume() {
      running = await start()
    },
    async stop() {
      await running.end()
      await remove()
    },
  }
}

/** Whether it takes the password. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`))
    let answer = ''
    const done = (outcome: boolean) => {
      socket.destroy()
      resolve(outcome)
    }
    socket.on('data', (chunk) => {
      answer += chunk
      if (answer.split('\r\n').length > 2) done(answer === '+OK\r\n+PONG\r\n')
    })
    socket.on('error', () => done(false)).on('close', () => done(false))
    socket.setTimeout(1000, () => done(false))
  })
}
