// Replacing the operator token of InfluxDB 3, of which there is one: the server does it at once, so that where the new one goes is tried before.

import { InfluxError, v3Tokens } from '@fluxauth/auth-core/influxdb'
import { agree } from '../../input/ask.ts'
import { EXIT, UsageError } from '../../output/errors.ts'
import { reportOf } from '../../output/report.ts'
import { quote, toType } from '../../output/shell.ts'
import { isUndone, stopped } from '../left-on-server.ts'
import { agreeToHolder, type Destination, inWords, type RotateOptions } from './destination.ts'
import { type RecoveryFile, reserveRecoveryFile } from './recovery-file.ts'
import type { Server } from './server.ts'
import { OPERATOR, RECOVERY, reportSuccessor, tryOut } from './v3.ts'

export async function regenerateOperator(
  server: Server,
  destination: Destination,
  options: RotateOptions,
): Promise<void> {
  const { influx } = server
  await agreeToHolder(server, destination, OPERATOR, options)
  await agree(
    `Replace the operator token by a new one${inWords(destination)}? The server does it at once: whoever uses the old one is refused from then on.`,
    options.yes,
  )
  const file = await reserveRecoveryFile()
  let isNeeded = false
  try {
    await destination.rehearse(server.found.credentials)
    const { token, where } = await uninterrupted(async () => {
      const token = await make(server, destination)
      try {
        return { token, where: await keep(destination, token) }
      } catch (error) {
        isNeeded = true
        throw recovered(error, token, file, server, destination)
      }
    })
    await tryOut(influx.as({ scheme: 'bearer', token })).catch((error) => {
      const kept = where === undefined ? 'was handed over' : `is kept (${where})`
      throw stopped(
        error,
        `The old one is replaced, and the new one ${kept}: try it with ${toType('status')}. Where it is refused: ${RECOVERY}`,
      )
    })
    reportSuccessor(OPERATOR, OPERATOR, destination, where)
  } finally {
    if (!isNeeded) file.remove()
  }
}

async function make({ influx }: Server, destination: Destination): Promise<string> {
  try {
    return (await v3Tokens.regenerateOperator(influx)).token
  } catch (error) {
    await destination.restore().catch(() => undefined)
    if (error instanceof InfluxError && error.reason === 'credential')
      throw stopped(
        error,
        `Nothing was done. Where this was the operator token, it is replaced; and if nobody has the new one: ${RECOVERY}`,
      )
    throw isUndone(error)
      ? stopped(error, 'The old operator token is in use')
      : stopped(
          error,
          `It is not known whether the operator token was replaced. Where the old one is still taken (${toType('status')}), run the same command again; else nobody has the new one: ${RECOVERY}`,
        )
  }
}

/** Keeps it before anything else, and reads back what was kept. */
async function keep(destination: Destination, token: string): Promise<string | undefined> {
  const told = { token: { name: OPERATOR } }
  const where = await destination.keep({ token, id: OPERATOR, isOperator: true, told })
  if (destination.profile === undefined) return where
  const current = await destination.current()
  if (current && current.scheme !== 'basic' && current.token === token) return where
  throw new UsageError('ERR_ROTATION_STORE', 'What was kept is not what was made')
}

/** Saves what could not be kept, and says where it is. It is not printed, whatever may be. */
function recovered(
  error: unknown,
  token: string,
  file: RecoveryFile,
  { influx }: Server,
  { profile }: Destination,
): UsageError {
  const why = `The operator token is replaced, and could not be kept (${reportOf(error).message})`
  const into = profile === undefined ? '' : ` --profile ${quote(profile)}`
  try {
    file.write(token)
  } catch {
    return new UsageError('ERR_ROTATION_STORE', `${why}, nor anywhere else: ${RECOVERY}`, EXIT.unexpected)
  }
  return new UsageError(
    'ERR_ROTATION_STORE',
    `${why}. It is in ${file.path}, in plain text, for you alone to read (0600). Log in with it, and delete the file: fluxauth login ${influx.url}${into} < ${quote(file.path)}`,
    EXIT.unexpected,
  )
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs what would lose a token if it were interrupted. It ends by itself: a request has a time limit. */
async function uninterrupted<T>(run: () => Promise<T>): Promise<T> {
  const ignore = () => undefined
  for (const signal of SIGNALS) process.on(signal, ignore)
  try {
    return await run()
  } finally {
    for (const signal of SIGNALS) process.off(signal, ignore)
  }
}
