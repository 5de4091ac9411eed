// Replacing the password of a user of the v1-compatible endpoints: it has one alone, so that the old one ends when the new one begins.

import { type Influx, InfluxError, type V1User, v1Users } from '@fluxauth/auth-core/influxdb'
import { agree } from '../../input/ask.ts'
import { EXIT, UsageError, usage } from '../../output/errors.ts'
import { done, printJson } from '../../output/print.ts'
import { toType } from '../../output/shell.ts'
import { settings } from '../../settings.ts'
import type { RotateOptions } from './destination.ts'
import { getToken, kindOf, type Server, titleOf } from './server.ts'
import { readV1Password } from './v1-password.ts'

export async function rotateV1(
  server: Server,
  id: string | undefined,
  options: RotateOptions,
): Promise<void> {
  kindOf(options, server)
  if (id === undefined) throw usage(`Name the user by its id: see ${toType('tokens list --v1')}`)
  const { influx } = server
  const password = await readV1Password(options)
  const user = await getToken(server, v1Users, id)
  if (user.status !== 'active') {
    throw new UsageError(
      'ERR_ROTATION_INACTIVE',
      `${user.username} is inactive, and no password could be tried: ${toType(`tokens activate ${id} --v1`)}. Nothing was done`,
    )
  }
  if (await isTaken(influx, user, password)) return report(user, false)
  await agree(
    `Set the password of ${user.username}, ${titleOf(user)}? The old one is refused at once: whoever uses it fails until it has the new one. Where nothing may fail, make a second user (${toType('tokens create --v1')}), and delete this one later.`,
    options.yes,
  )
  try {
    await v1Users.setPassword(influx, { id, password })
  } catch (error) {
    throw explain(error)
  }
  if (await isTaken(influx, user, password)) return report(user, true)
  throw new UsageError(
    'ERR_ROTATION_CHECK',
    'The server has set the password, and does not take it: run the same command again, and if that fails as well delete the user',
    EXIT.refused,
  )
}

/** Asked of the endpoint that these users are for. Where they may read nothing, it answers with nothing. */
async function isTaken(influx: Influx, { username }: V1User, password: string): Promise<boolean> {
  try {
    const user = influx.as({ scheme: 'basic', username, password })
    await user.send({ path: '/query', query: { q: 'SHOW DATABASES' } })
    return true
  } catch (error) {
    if (!(error instanceof InfluxError)) throw error
    if (error.reason === 'permission') return true
    if (error.reason === 'credential') return false
    throw error
  }
}

function report({ id, username }: V1User, isNew: boolean): void {
  if (settings().json) printJson({ token: { id, username }, changed: isNew })
  done(
    isNew
      ? `${username} has the new password, and the old one is refused`
      : `${username} has this password already: nothing was changed`,
  )
}

/** Where no answer came, the new password may count or not. It is the one that was given: nothing is lost. */
function explain(error: unknown): unknown {
  const { code, reason } = Object(error) as Partial<InfluxError>
  const isKnown = !/^ERR_INFLUX/.test(`${code}`) || (code === 'ERR_INFLUX_REFUSED' && reason !== 'server')
  if (isKnown) return error
  return new UsageError(
    'ERR_ROTATION_STOPPED',
    `It is not known whether the new password counts (${(error as InfluxError).message}). Run the same command again, with the same password`,
    reason === 'server' ? EXIT.http : EXIT.network,
  )
}
