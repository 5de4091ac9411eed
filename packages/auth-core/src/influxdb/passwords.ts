// Passwords of InfluxDB 2's users: one's own, and those of others.

import { encodeBasic } from '../schemes/basic.ts'
import { checkInput, id, newPassword, text } from './input.ts'
import { needSession } from './session.ts'
import type { CallOptions, Influx } from './types.ts'

/**
 * Changes one's own password. Sessions go on, and so do tokens.
 *
 * @param influx with a session
 * @param passwords the old one, and the new one: 8 to 72 bytes
 * @throws {InfluxError} `ERR_INFLUX_REFUSED` with reason `password` where the old one is wrong, `invalid` where the new one is too weak
 * @throws {OptionsError} `ERR_OPTION_VALUE`, before anything is sent, for a new one of another length, and where there is no session
 * @example
 * import { changePassword, influxApi, signIn } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086' })
 * const session = await signIn(influx, { username: 'zoë', password: 'open sesame' })
 * const passwords = { oldPassword: 'open sesame', newPassword: 'opener sesame' } // as they were typed into a form
 * await changePassword(influx.as(session), passwords)
 * console.log((await signIn(influx, { username: 'zoë', password: 'opener sesame' })).user.name) // zoë
 * @see InfluxDB v2 API, "Update a password"
 */
export async function changePassword(
  influx: Influx,
  passwords: { readonly oldPassword: string; readonly newPassword: string },
  options: CallOptions = {},
): Promise<void> {
  needSession(influx)
  checkInput(passwords, { oldPassword: text, newPassword }, ['oldPassword', 'newPassword'])
  const { oldPassword, newPassword: password } = passwords
  // The server looks at the password alone.
  const authorization = encodeBasic(influx.session?.user.name ?? '', oldPassword)
  await influx.send({
    ...options,
    method: 'PUT',
    path: '/api/v2/me/password',
    authorization,
    body: { password },
    secrets: [oldPassword, password],
  })
}

/**
 * Sets a user's password, without the old one.
 *
 * @param influx with a token or a session that may write that user
 * @throws {InfluxError} `ERR_INFLUX_REFUSED` with reason `permission`, also where there is no such user; `invalid` where it is too weak
 * @throws {OptionsError} `ERR_OPTION_VALUE`, before anything is sent, for another length than 8 to 72 bytes
 * @example
 * import { influxApi, me, setPassword, signIn } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: process.env.INFLUX_TOKEN })
 * const { id: userID, name: username } = await me(influx)
 * const password = crypto.randomUUID()
 * await setPassword(influx, { userID, password })
 * console.log((await signIn(influx, { username, password })).user.name) // zoë
 * @see InfluxDB v2 API, "Update a password"
 */
export async function setPassword(
  influx: Influx,
  user: { readonly userID: string; readonly password: string },
  options: CallOptions = {},
): Promise<void> {
  checkInput(user, { userID: id, password: newPassword }, ['userID', 'password'])
  const { userID, password } = user
  await influx.send({
    ...options,
    method: 'POST',
    path: `/api/v2/users/${userID}/password`,
    body: { password },
    secrets: [password],
  })
}
