// The last operator token of a server: without one, nobody can make another through the API.

import { type ApiToken, authorizations, type Influx } from '@fluxauth/auth-core/influxdb'
import { EXIT, UsageError } from '../output/errors.ts'
import { quote, toType } from '../output/shell.ts'
import { isOperator } from './verify.ts'

/**
 * Refuses to take a server its last operator token that is in use. One that cannot be seen counts as not there.
 *
 * @throws {UsageError} `ERR_LAST_OPERATOR`, with the command that makes one on the server's own disk
 */
export async function refuseLastOperator(influx: Influx, token: ApiToken): Promise<void> {
  if (token.status !== 'active' || !isOperator(token.permissions)) return
  const all = await authorizations.list(influx)
  const others = all.filter(
    ({ id, status, permissions }) => id !== token.id && status === 'active' && isOperator(permissions),
  )
  if (others.length > 0) return
  throw new UsageError(
    'ERR_LAST_OPERATOR',
    `This is the last operator token that is active: nobody could make another. Make one first (${toType('tokens create --permissions operator')}). Where it is lost, stop the server, and run on it: influxd recovery auth create-operator --org ${quote(token.org ?? 'ORG')} --username ${quote(token.user ?? 'USER')}`,
    EXIT.usage,
  )
}
