// How an error ends the command: one line on standard error, or JSON, and an exit code.

import { AuthError } from '@fluxauth/auth-core'
import { CommanderError } from 'commander'
import { style } from './style.ts'

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

/** Prints an error, and returns the exit code. Nothing of what the user gave is repeated. */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
  const { code, message, position, exitCode } = describe(error)
  if (json) {
    console.error(JSON.stringify({ error: { code, message, ...(position !== undefined && { position }) } }))
  } else {
    const place = position === undefined ? '' : ` (at character ${position + 1})`
    console.error(`${style('red', 'fluxauth:')} ${message}${place} ${style('dim', `[${code}]`)}`)
  }
  return exitCode
}

function describe(error: unknown): {
  code: string
  message: string
  position?: number | undefined
  exitCode: number
} {
  if (error instanceof AuthError) {
    return { code: error.code, message: error.message, position: error.position, exitCode: EXIT.usage }
  }
  if (error instanceof UsageError) return { code: error.code, message: error.message, exitCode: EXIT.usage }
  if (error instanceof CommanderError) {
    return { code: 'ERR_USAGE', message: `${usage(error)}. See --help`, exitCode: EXIT.usage }
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { code: 'ERR_TIMEOUT', message: 'No answer in time: see --timeout', exitCode: EXIT.network }
  }
  // What Node's fetch rejects with when it has no answer; the reason's code is in its cause.
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const { code = 'ERR_NETWORK' } = (error.cause ?? {}) as { code?: string }
    return { code, message: 'No answer: is the server up, and the URL right?', exitCode: EXIT.network }
  }
  const interrupted = error instanceof Error && error.name === 'ExitPromptError'
  if (interrupted) return { code: 'ERR_INTERRUPTED', message: 'Interrupted', exitCode: EXIT.interrupted }
  return {
    code: 'ERR_UNEXPECTED',
    message: 'Something unexpected happened: please report it',
    exitCode: EXIT.unexpected,
  }
}

/** What commander found wrong, without the arguments that it repeats: one of them may be a secret. */
function usage({ code, message }: CommanderError): string {
  switch (code) {
    case 'commander.missingMandatoryOptionValue':
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
      return message.replace(/^error: /, '')
    case 'commander.invalidArgument':
      return 'An option has a value that it does not take'
    case 'commander.excessArguments':
      return 'There are too many arguments'
    case 'commander.unknownOption':
      return 'There is an unknown option'
    default:
      return 'Name a command'
  }
}
