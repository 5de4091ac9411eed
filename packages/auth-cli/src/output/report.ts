// How an error ends the command: one line on standard error, or JSON, and an exit code.

import { AuthError } from '@fluxauth/auth-core'
import type { InfluxError } from '@fluxauth/auth-core/influxdb'
import { settings } from '../settings.ts'
import { EXIT, UsageError } from './errors.ts'
import { describeNetworkError } from './network.ts'
import { jsonOf, say } from './print.ts'
import { writeErr } from './streams.ts'
import { style } from './style.ts'
import { escapeControls } from './terminal.ts'

/** What is told of an error. */
interface Report {
  readonly code: string
  readonly message: string
  readonly position?: number | undefined
  readonly exitCode: number
}

/** Prints an error, and returns the exit code. Nothing of what the user gave is repeated. */
export function reportError(error: unknown): number {
  const { code, message, position, exitCode } = reportOf(error)
  if (settings().json) {
    writeErr(jsonOf({ error: { code, message, ...(position !== undefined && { position }) } }))
  } else {
    const place = position === undefined ? '' : ` (at character ${position + 1})`
    say(`${style('red', 'fluxauth:')} ${escapeControls(message)}${place} ${style('dim', `[${code}]`)}`)
  }
  return exitCode
}

/** What is told of an error: its code, a message for people, and the exit code. */
export function reportOf(error: unknown): Report {
  if (error instanceof UsageError) return error
  if (AuthError.is(error)) {
    // By name: each command has a copy of its own.
    if (error.name === 'InfluxError') return describeInfluxError(error as InfluxError)
    const { code, position } = error
    return {
      code,
      message: inTermsOfOptions(error),
      position,
      exitCode: exitCodeOf(error),
    }
  }
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { code: 'ERR_INTERRUPTED', message: 'Interrupted', exitCode: EXIT.interrupted }
  }
  const network = describeNetworkError(error)
  if (network) return { ...network, exitCode: network.isUsage ? EXIT.usage : EXIT.network }
  return {
    code: 'ERR_UNEXPECTED',
    message: describeUnexpected(error),
    exitCode: EXIT.unexpected,
  }
}

/** Where a fault of ours is, for who mends it: what an error says, and what folders are named, is nobody else's business. */
function describeUnexpected(error: unknown): string {
  const { version, versions } = process
  if (Number.parseInt(versions.node, 10) < OLDEST_NODE) {
    return `Node ${version} is too old for this: use ${OLDEST_NODE}.19 or newer`
  }
  const { name, stack } = error instanceof Error ? error : { name: 'Error', stack: '' }
  const kind = /^[A-Za-z]{1,40}$/.test(name) ? name : 'Error'
  const place = /^\s+at .*[/\\]([\w.-]+:\d+:\d+)\)?$/m.exec(stack ?? '')?.[1]
  return `Something unexpected happened: please report it (${kind}${place ? ` at ${place}` : ''}, Node ${version})`
}

const OLDEST_NODE = 20

/** What a server answered, or that it did not. */
function describeInfluxError(error: InfluxError): Report {
  const { code, message, status } = error
  const network = code === 'ERR_INFLUX_UNREACHABLE' ? describeNetworkError(error.cause) : undefined
  if (network) return { ...network, exitCode: EXIT.network }
  if (code === 'ERR_INFLUX_UNREACHABLE' || code === 'ERR_INFLUX_TIMEOUT')
    return { code, message, exitCode: EXIT.network }
  return { code, message, exitCode: status === 401 || status === 403 ? EXIT.refused : EXIT.http }
}

function exitCodeOf(error: AuthError): number {
  if (error.name === 'RedirectError' || error.name === 'RotationError') return EXIT.http
  return /^ERR_SOURCE_(ABSENT|CHAIN)$/.test(error.code) ? EXIT.noCredential : EXIT.usage
}

/** The message for who has options of a command, not of a function. */
function inTermsOfOptions({ code, message }: AuthError): string {
  if (code !== 'ERR_TARGET_INSECURE') return message
  return 'Plain http shows the credential to everyone on the way: use https, or --allow-insecure for a network you trust'
}
