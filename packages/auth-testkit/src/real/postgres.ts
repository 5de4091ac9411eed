// A real PostgreSQL that asks for a password, and can be stopped and started again.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { requirePart } from './parts.ts'
import { freePort, type RunningProgram, type RunningServer, runProgram, temporaryFolder } from './process.ts'

/** A PostgreSQL that was started for a test. */
export interface RunningPostgres extends RunningServer {
  /** `postgres://` with user name and password. */
  readonly url: string
  readonly password: string
  /** Ends it, its data kept. */
  halt(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>
  /** Starts it again on the same port, with the data it had. */
  resume(): Promise<void>
  readonly pid: number | undefined
}

interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Starts Debian's PostgreSQL with a random password, for tests alone: it does not wait for the disk. As root it is run by the user
 * `postgres` or `nobody`, since PostgreSQL refuses to be root.
 *
 * @returns the running server
 * @see `describeReal`, whose example starts nginx in this way
 */
export async function startPostgres(): Promise<RunningPostgres> {
  const [program, initdb] = [requirePart('postgres'), requirePart('initdb')]
  const user = process.getuid?.() === 0 ? await unprivileged() : undefined
  const folder = await temporaryFolder('postgres')
  const port = await freePort()
  const password = randomBytes(24).toString('hex')
  const remove = () => rm(folder, { recursive: true, force: true })
  const data = join(folder, 'data')
  const args = [
    '-D',
    data,
    '-k',
    folder,
    '-p',
    `${port}`,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'fsync=off',
  ]
  const start = () => runProgram(program, args, { folder, user, ready: () => answers(port) })
  let running: RunningProgram
  try {
    const file = join(folder, 'password')
    await writeFile(file, password, { mode: 0o600 })
    if (user) for (const path of [file, folder]) await chown(path, user.uid, user.gid)
    const options = ['--username=fluxauth', `--pwfile=${file}`, '--auth=scram-sha-256', '--encoding=UTF8']
    await run(initdb, ['-D', data, ...options, '--no-locale', '--no-sync'], folder, user)
    running = await start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: `postgres://fluxauth:${password}@127.0.0.1:${port}/postgres`,
    password,
    get pid() {
      return running.pid
    },
    halt: (signal = 'SIGINT') => running.end(signal),
    async resume() {
      running = await start()
    },
    async stop() {
      // Without waiting for those who are still connected.
      await running.end('SIGINT')
      await remove()
    },
  }
}

/** Whom to be in the place of root. */
async function unprivileged(): Promise<SystemUser> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (!found) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody')
  return { uid: Number(found[2]), gid: Number(found[3]) }
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  user: SystemUser | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd, ...user }, (error, _, stderr) =>
      error ? reject(new Error(`${program} failed: ${stderr.slice(-2000)}`)) : resolve(),
    )
  })
}

/** Whether it asks who a client is. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const startup = Buffer.from('user\0fluxauth\0database\0postgres\0\0')
    const head = Buffer.alloc(8)
    head.writeInt32BE(head.length + startup.length, 0)
    head.writeInt32BE(196_608, 4) // protocol 3.0
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, startup])))
    const done = (outcome: boolean) => {
      socket.destroy()
      resolve(outcome)
    }
    // It asks for a password ('R') once it is up, and says an error ('E') before.
    socket.on('data', (chunk) => done(chunk[0] === 0x52))
    socket.on('error', () => done(false)).on('close', () => done(false))
    socket.setTimeout(1000, () => done(false))
  })
}
