// A command that prints a credential: a password manager, a cloud's secret store.

import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import { TIMEOUT } from './deadline.ts'
import { VARIABLES } from './env.ts'
import { runCommand } from './run-command.ts'
import { decodeText } from './secret.ts'
import { type CredentialFinder, defineKeptSource, SourceError } from './source.ts'
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
 * The answer is kept until a server refuses it; then the command runs again. What it prints on stderr is dropped.
 *
 * When the time is up or too much was printed, the command is killed with all that it started (on POSIX: its process group, which
 * leaves out what made itself a session of its own). For that it has no terminal: a command that asks its user does so in a window.
 *
 * @param command the program: a path, or a name that `PATH` leads to (on Windows the current folder is not searched)
 * @param args its arguments; no secret belongs here, since every user can see them
 * @param options `timeout`, `maxBytes`, `env` and `cwd`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_UNAVAILABLE` when there is no such program,
 *   `ERR_SOURCE_TIMEOUT`, or `ERR_SOURCE_INVALID` when it cannot be started (no such `cwd`, not executable, without its interpreter),
 *   fails or prints something else
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
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
  const given = { command: command ?? null, args, ...options }
  const { timeout = 30_000, maxBytes = 65_536, env, cwd } = checkOptions(given, RULES)
  const source = `command ${command}`
  const place = `The ${source}`
  return defineKeptSource(
    source,
    () => '',
    async () => {
      const output = await runCommand(command, args, { timeout, maxBytes, env, cwd })
      const text = decodeText(output, place)
      if (text.trim() === '') {
        throw new SourceError('ERR_SOURCE_INVALID', `${place}'s output is empty: run it by hand to see why`)
      }
      return { credentials: parseCredentialText(text, place), source }
    },
  )
}

const RULES = {
  command: allowed.string(/^[^\0]+$/, 'the name or path of a program'),
  args: {
    wanted: 'a list of strings',
    test: (value: unknown) =>
      Array.isArray(value) && value.every((each) => typeof each === 'string' && !each.includes('\0')),
  },
  timeout: TIMEOUT,
  maxBytes: allowed.whole(1),
  env: VARIABLES,
  cwd: allowed.string(/^[^\0]+$/, 'a path'),
}
