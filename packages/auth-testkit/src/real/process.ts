// Starts a server for a test on a free loopback port in a folder of its own, and stops it by its pid.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_MILLISECONDS = 30_000
const STOP_MILLISECONDS = 5_000
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A new folder for one server's files. */
export function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `fluxauth-${name}-`))
}

/** A server that was started for a test. */
export interface RunningServer {
  /** Its origin, for example `http://127.0.0.1:40123`. */
  readonly url: string
  /** Stops it and removes its folder. */
  stop(): Promise<void>
}

/** A program that was started for a test. */
export interface RunningProgram {
  readonly pid: number | undefined
  /** Ends it; at once with `SIGKILL`. Its files stay. */
  end(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<void>
}

/** How to run a program. */
export interface RunOptions {
  readonly folder: string
  /** Asks whether it is up. */
  readonly ready: () => Promise<boolean>
  /** Its whole environment; by default this program's. */
  readonly env?: Readonly<Record<string, string>>
  /** What it is told on standard input, where a secret may be. */
  readonly input?: string
  /** The user to run it as, where that is not this one. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

/**
 * Starts a program and waits until it answers.
 *
 * @param program path of the program
 * @param args its arguments; no secret belongs here
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { folder, ready, user, env, input }: RunOptions,
): Promise<RunningProgram> {
  const child = spawn(program, [...args], {
    cwd: folder,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    ...(env && { env }),
    ...user,
  })
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  running.add(child)
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log = (log + chunk).slice(-2000)
  })
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => resolve()).once('error', () => resolve()),
  )
  const end: RunningProgram['end'] = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
      await ended
      clearTimeout(timer)
    }
    running.delete(child)
  }
  const deadline = Date.now() + START_MILLISECONDS
  while (!(await ready().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end()
      throw new Error(`${program} did not start: ${log}`)
    }
    await sleep(50)
  }
  return { pid: child.pid, end }
}

/**
 * Starts a server and waits until it answers.
 *
 * @param program path of the program
 * @param args its arguments; no secret belongs here
 * @param folder the server's own; removed by `stop`
 * @param url where it will answer
 * @param ready asks whether it is up
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  folder: string,
  url: string,
  ready: () => Promise<boolean>,
): Promise<RunningServer> {
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const { end } = await runProgram(program, args, { folder, ready })
    return {
      url,
      async stop() {
        await end()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
