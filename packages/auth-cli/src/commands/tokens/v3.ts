// Tokens of InfluxDB 3: they have names, and are listed by a query of its own database.

import type { Influx } from '@fluxauth/auth-core/influxdb'
import { EXIT, UsageError } from '../../output/errors.ts'
import { done, note, printJson } from '../../output/print.ts'
import { toType } from '../../output/shell.ts'
import { verify } from '../../profile/verify.ts'
import { settings } from '../../settings.ts'
import type { Destination } from './destination.ts'

/** The operator's token, of which a server has one. */
export const OPERATOR = '_admin'

/** How to come by an operator token where it is lost. */
export const RECOVERY =
  'run on the server: influxdb3 create token --admin --regenerate --host http://127.0.0.1:8182, which needs influxdb3 serve --admin-token-recovery-http-bind'

/** A token, as the server's own table has it. */
export interface ListedV3 {
  readonly name: string
  readonly createdAt: string | undefined
  readonly expiry: string | undefined
  readonly permissions: string | undefined
}

/** Lists all of them. There is no other way than this query, which `influxdb3 show tokens` makes as well. */
export async function listV3(influx: Influx): Promise<ListedV3[]> {
  const { body } = await influx.send({
    path: '/api/v3/query_sql',
    query: {
      db: '_internal',
      q: 'SELECT name, created_at, expiry, permissions FROM system.tokens',
      format: 'json',
    },
  })
  const text = (value: unknown) => (value === null || value === undefined ? undefined : String(value))
  const rows = Array.isArray(body) ? (body as Record<string, unknown>[]) : []
  return rows.map(({ name, created_at, expiry, permissions }) => ({
    name: String(name),
    createdAt: text(created_at),
    expiry: text(expiry),
    permissions: text(permissions),
  }))
}

/** @throws {UsageError} `ERR_LAST_OPERATOR` for the operator's token, which is never deleted */
export function refuseOperator(name: string): void {
  if (name !== OPERATOR) return
  throw new UsageError(
    'ERR_LAST_OPERATOR',
    `This is the operator token, of which InfluxDB 3 has one and deletes none: replace it with ${toType('tokens rotate')}. Where it is lost, ${RECOVERY}`,
  )
}

/** Tries a token that was made. */
export async function tryOut(influx: Influx): Promise<void> {
  const { state } = await verify({ influx, product: 'v3' })
  if (state !== 'good') {
    throw new UsageError(
      'ERR_ROTATION_CHECK',
      'The server does not take the token that it made',
      EXIT.refused,
    )
  }
}

/** Says what takes the place of what, and where it is. */
export function reportSuccessor(
  id: string,
  replaces: string,
  { profile }: Destination,
  where: string | undefined,
): void {
  if (settings().json && profile !== undefined) printJson({ token: { name: id }, replaces, profile, where })
  done(
    id === replaces
      ? 'The operator token is replaced'
      : `${id} takes the place of ${replaces}, which is deleted`,
  )
  if (profile !== undefined && where) note(`Profile ${profile} has it (${where}).`)
}
