// A command that prints a credential: a password manager, a cloud's secret store.

import { decodeText } from './secret.ts'
import { type CredentialFinder, defineKeptSource, type Found, SourceError } from './source.ts'
import { parseCredentialText } from './text.ts'

/** Options of {@link fromExec}. */
export interface ExecOptions {
  /** Longest time to wait, in milliseconds. Default 30,000. */
  readonly timeout?: number | undefined
  /** Most bytes to read. Default 65,536. */
  readonly maxBytes?: number | undefined
  /** Variables of the command. Default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Folder to run in. Default: that of this process. */
  readonly cwd?: string | undefined
}

/**
 * Runs a command, without a shell, and reads what it prints: one line with an API token, or a JSON object
 * (`{"token":"…"}`, `{"scheme":"bearer","token":"…"}` or `{"username":"…","password":"…"}`).
 *
 * The answer is kept until a server refuses it; then the command runs again.
 *
 * @param command the program
 * @param args its arguments; no secret belongs here, since every user can see them
 * @param options `timeout`, `maxBytes`, `env` and `cwd`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_UNAVAILABLE` when there is no such program,
 *   `ERR_SOURCE_TIMEOUT`, or `ERR_SOURCE_INVALID` when it fails or prints something else
 * @example
 * import { authFetch, fromExec } from '@fluxauth/auth-node'
 *
 * const credentials = fromExec('pass', ['show', 'influxdb/token'])
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials })
 */
export function fromExec(
  command: string,
  args: readonly string[] = [],
  options: ExecOptions = {},
): CredentialFinder {
  return defineKeptSource(
    `command ${command}`,
    () => '',
    () => run(command, args, options),
  )
}

async function run(command: string, args: readonly string[], options: ExecOptions): Promise<Found> {
  const { execFile } = await import('node:child_process') // few programs need it, and it is slow to load
  const place = `The command ${command}`
  const { timeout = 30_000, maxBytes = 65_536, env, cwd } = options
  return new Promise((resolve, reject) => {
    const settings = {
      timeout,
      maxBuffer: maxBytes,
      encoding: 'buffer',
      windowsHide: true,
      killSignal: 'SIGKILL',
    } as const
    const child = execFile(
      command,
      [...args],
      { ...settings, ...(env && { env }), ...(cwd && { cwd }) },
      (error, output) => {
        try {
          // What the command printed, and so `error`, may hold the secret: neither goes into ours.
          if (error) throw execError(command, error, timeout, maxBytes)
          resolve({
            credentials: parseCredentialText(decodeText(output, place), place),
            source: `command ${command}`,
          })
        } catch (failure) {
          reject(failure)
        }
      },
    )
    child.stdin?.end()
  })
}

function execError(
  command: string,
  error: { code?: string | number | null; killed?: boolean; signal?: NodeJS.Signals | null },
  timeout: number,
  maxBytes: number,
): SourceError {
  if (error.code === 'ENOENT')
    return new SourceError('ERR_SOURCE_UNAVAILABLE', `There is no command ${command}`)
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new SourceError('ERR_SOURCE_INVALID', `${command} prints more than ${maxBytes} bytes`)
  }
  if (error.killed) return new SourceError('ERR_SOURCE_TIMEOUT', `${command} took longer than ${timeout} ms`)
  const ended = typeof error.code === 'number' ? `exit code ${error.code}` : `${error.code}`
  const reason = error.signal ? `ended by ${error.signal}` : ended
  return new SourceError('ERR_SOURCE_INVALID', `${command} failed (${reason}): run it by hand to see why`)
}
