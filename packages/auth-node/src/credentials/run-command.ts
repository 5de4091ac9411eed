// Runs a program without a shell and gives what it prints, within bounds of time and size that hold for all that it starts.

import type { ChildProcess } from 'node:child_process'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { isOutOfFiles, OUT_OF_FILES } from './file-hints.ts'
import { SourceError } from './source.ts'

interface RunOptions {
  readonly timeout: number
  readonly maxBytes: number
  readonly env: Readonly<Record<string, string | undefined>> | undefined
  readonly cwd: string | undefined
}

const WINDOWS = process.platform === 'win32'

/**
 * Runs a program.
 *
 * @returns what it printed on stdout; stderr, which may hold the secret as well, is dropped
 * @throws {SourceError} `ERR_SOURCE_UNAVAILABLE`, `ERR_SOURCE_TIMEOUT` or `ERR_SOURCE_INVALID`
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Buffer> {
  const { spawn } = await import('node:child_process') // few programs need it, and it is slow to load
  const { timeout, maxBytes, env = process.env, cwd } = options
  // Left to find it, Windows looks into the current folder first, where anybody may have put a program of this name.
  const program = WINDOWS ? await findProgram(command, options) : command
  if (!program) throw await startError(command, Object.assign(new Error(), { code: 'ENOENT' }), options)
  return new Promise((fulfill, reject) => {
    let child: ChildProcess
    try {
      child = spawn(program, [...args], {
        env: { ...env },
        ...(cwd && { cwd }),
        stdio: ['ignore', 'pipe', 'ignore'],
        windowsHide: true,
        detached: !WINDOWS, // a process group of its own, which can be killed as a whole
      })
    } catch (error) {
      startError(command, error as NodeJS.ErrnoException, options).then(reject)
      return
    }
    const give = (code: 'ERR_SOURCE_TIMEOUT' | 'ERR_SOURCE_INVALID', message: string) => {
      clearTimeout(timer)
      void killTree(child)
      // What escaped may hold the output open: nobody waits for it.
      child.stdout?.destroy()
      child.unref()
      reject(new SourceError(code, message))
    }
    const timer = setTimeout(
      () =>
        give(
          'ERR_SOURCE_TIMEOUT',
          `${command} took longer than ${timeout} ms, with what it started: it has no terminal to ask its user on; where it needs the time, set timeout`,
        ),
      timeout,
    )
    const chunks: Buffer[] = []
    let size = 0
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) give('ERR_SOURCE_INVALID', `${command} prints more than ${maxBytes} bytes`)
      else chunks.push(chunk)
    })
    child.once('error', (error) => {
      clearTimeout(timer)
      child.removeAllListeners('close') // which tells of a failed start as well, and not why
      startError(command, error, options).then(reject)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) fulfill(Buffer.concat(chunks))
      else {
        const reason = signal ? `ended by ${signal}` : `exit code ${code}`
        reject(
          new SourceError('ERR_SOURCE_INVALID', `${command} failed (${reason}): run it by hand to see why`),
        )
      }
    })
  })
}

/** Kills a program with what it started. */
async function killTree(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (!pid) return
  if (WINDOWS) {
    const { execFile } = await import('node:child_process')
    const taskkill = join(process.env.SystemRoot ?? String.raw`C:\Windows`, 'System32', 'taskkill.exe')
    execFile(taskkill, ['/pid', String(pid), '/T', '/F'], { windowsHide: true }, () => child.kill())
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of the group have ended.
  }
}

/** Why a program did not start. The error of Node holds the arguments, so that it is not passed on. */
async function startError(
  command: string,
  { code }: NodeJS.ErrnoException,
  options: RunOptions,
): Promise<SourceError> {
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    const why = isOutOfFiles({ code })
      ? `, as ${OUT_OF_FILES}`
      : ` (${code ?? 'unknown'}): run it by hand to see why`
    return new SourceError('ERR_SOURCE_INVALID', `${command} cannot be started${why}`)
  }
  // The same code stands for a folder, a program and a program's interpreter that is not there.
  if (options.cwd && !(await isFolder(options.cwd))) {
    return new SourceError('ERR_SOURCE_INVALID', `There is no folder to run ${command} in: see its cwd`)
  }
  if (await findProgram(command, options)) {
    return new SourceError(
      'ERR_SOURCE_INVALID',
      `${command} cannot be started: the interpreter that it names is not there`,
    )
  }
  const hint = /\s/.test(command) ? ': if it has arguments in it, give them as a list beside it' : ''
  return new SourceError('ERR_SOURCE_UNAVAILABLE', `There is no command ${command}${hint}`)
}

/** Where a command is, found as the operating system finds it, except that Windows' current folder does not count. */
async function findProgram(
  command: string,
  { env = process.env, cwd = '' }: Pick<RunOptions, 'env' | 'cwd'>,
): Promise<string | undefined> {
  const endings = WINDOWS ? ['', '.com', '.exe'] : ['']
  for (const folder of foldersOf(command, env, cwd)) {
    for (const ending of endings) {
      const path = resolve(cwd, folder, command + ending)
      if (await isFile(path)) return path
    }
  }
  return undefined
}

function foldersOf(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): readonly string[] {
  if (/\//.test(command) || (WINDOWS && /[\\:]/.test(command))) return [resolve(cwd)]
  const name = Object.keys(env).find((each) => (WINDOWS ? each.toUpperCase() : each) === 'PATH')
  const folders = ((name && env[name]) ?? (WINDOWS ? '' : '/usr/bin:/bin')).split(delimiter)
  return WINDOWS ? folders.filter(isAbsolute) : folders
}

async function isFolder(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises')
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

async function isFile(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises')
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
}
