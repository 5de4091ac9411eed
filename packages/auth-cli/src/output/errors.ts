// How an error ends the command: one line on standard error, or JSON, and an exit code.

import { AuthError } from '@fluxauth/auth-core'
import { RedirectError } from '@fluxauth/auth-node'
import { describeNetworkError } from './network.ts'
import { style } from './style.ts'
import { escapeControls, toJson } from './terminal.ts'

/** The exit codes, as the help lists them. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  network: 3,
  refused: 4,
  http: 5,
  interrupted: 130,
} as const

/** Wrong usage or input, with the way out. */
export class UsageError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Arguments that say nothing that could be done. The message repeats none of them, since one may be a secret. */
export function usage(message: string): UsageError {
  return new UsageError('ERR_USAGE', message)
}

const warned = new Set<string>()

/** Says on standard error what is better done another way, once. */
export function warn(message: string, about: string = message): void {
  if (warned.has(about)) return
  warned.add(about)
  if (process.argv.includes('--json')) console.error(toJson({ warning: { message } }))
  else console.error(`${style('red', 'fluxauth:')} Warning: ${message}`)
}

/** What is told of an error. */
interface Report {
  readonly code: string
  readonly message: string
  readonly position?: number | undefined
  readonly exitCode: number
}

/** Prints an error, and returns the exit code. Nothing of what the user gave is repeated. */
export function reportError(error: unknown, json: boolean): number {
  const { code, message, position, exitCode } = describe(error)
  if (json) {
    console.error(toJson({ error: { code, message, ...(position !== undefined && { position }) } }))
  } else {
    const place = position === undefined ? '' : ` (at character ${position + 1})`
    console.error(
      `${style('red', 'fluxauth:')} ${escapeControls(message)}${place} ${style('dim', `[${code}]`)}`,
    )
  }
  return exitCode
}

function describe(error: unknown): Report {
  if (error instanceof UsageError) return { code: error.code, message: error.message, exitCode: EXIT.usage }
  if (error instanceof AuthError) {
    const { code, position } = error
    return {
      code,
      message: inTermsOfOptions(error),
      position,
      exitCode: isServers(error) ? EXIT.http : EXIT.usage,
    }
  }
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { code: 'ERR_INTERRUPTED', message: 'Interrupted', exitCode: EXIT.interrupted }
  }
  const network = describeNetworkError(error)
  if (network) return { ...network, exitCode: network.isUsage ? EXIT.usage : EXIT.network }
  return {
    code: 'ERR_UNEXPECTED',
    message: 'Something unexpected happened: please report it',
    exitCode: EXIT.unexpected,
  }
}

/** Whether the server answered what cannot be followed. */
function isServers(error: AuthError): boolean {
  return error instanceof RedirectError
}

/** The message for who has options of a command, not of a function. */
function inTermsOfOptions({ code, message }: AuthError): string {
  if (code !== 'ERR_TARGET_INSECURE') return message
  return 'Plain http shows the credential to everyone on the way: use https, or --allow-insecure for a network you trust'
}
