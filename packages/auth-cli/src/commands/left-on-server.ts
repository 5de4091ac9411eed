// What a command leaves on the server where it stops: a token that is good, and that nobody has, is not left without a word.

import { InfluxError } from '@fluxauth/auth-core/influxdb'
import { UsageError } from '../output/errors.ts'
import { reportOf } from '../output/report.ts'
import { warn } from '../output/warn.ts'

/** With these there was nobody to send anything to. */
const UNSENT: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_PORT',
]

/** Whether nothing was done: the server said no, or was not asked. */
export function isUndone(error: unknown): boolean {
  if (!(error instanceof InfluxError)) return false
  return error.code === 'ERR_INFLUX_REFUSED'
    ? error.reason !== 'server'
    : UNSENT.includes(reportOf(error).code)
}

/** Why it stopped, and what is left to do. */
export function stopped(error: unknown, left: string): UsageError {
  const { code, message, exitCode } = reportOf(error)
  return new UsageError(code, `${message.replace(/[^.?]$/, '$&.')} ${left}`, exitCode)
}

/**
 * Waits for what is made on the server. Where the answer is lost it may be there: the error says so.
 *
 * @param list the command to type that shows whether it is
 */
export async function making<T>(made: Promise<T>, list: string): Promise<T> {
  try {
    return await made
  } catch (error) {
    if (!(error instanceof InfluxError) || isUndone(error)) throw error
    throw stopped(
      error,
      `It may have been made all the same, and nobody has it: ${list} shows whether it is there`,
    )
  }
}

/**
 * Deletes what was made and could not be handed over. Where that does not work either it says what is left: whoever calls this throws
 * what had kept it from being handed over.
 *
 * @param id of it; of InfluxDB 3 its name
 * @param remove asks the server to delete it
 * @param command to type, which deletes it
 */
export async function takeBack(id: string, remove: () => Promise<unknown>, command: string): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (error instanceof InfluxError && error.reason === 'not-found') return
    const why = reportOf(error).message
    warn(`${id} was made, nobody has it, and it could not be deleted (${why}). Delete it: ${command}`)
  }
}
