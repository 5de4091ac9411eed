// The server whose tokens are looked after, and which of them it has.

import {
  type ApiToken,
  type Authorizations,
  authorizations,
  type Influx,
  InfluxError,
  type NewAuthorization,
  type ProductName,
  products,
  type V1User,
  v1Users,
} from '@fluxauth/auth-core/influxdb'
import { EXIT, UsageError, usage } from '../../output/errors.ts'
import { toType } from '../../output/shell.ts'
import { withConnection } from '../../profile/connect.ts'
import { findCredential } from '../../profile/find-credential.ts'
import type { FoundCredential } from '../../profile/from-environment.ts'
import { hasAuthorizations } from '../../profile/verify.ts'

/** A server, and the credential that is used there. */
export interface Server {
  readonly influx: Influx
  readonly product: ProductName | undefined
  readonly found: FoundCredential
}

/** Of commands that look after one kind or the other. */
export interface KindOptions {
  readonly v1?: true
}

/**
 * Connects with the credential that goes.
 *
 * @throws {UsageError} `ERR_NO_TOKENS` for products that have none to look after
 */
export async function withServer<T>(run: (server: Server) => Promise<T>): Promise<T> {
  const found = await findCredential()
  return withConnection(found, async ({ influx, product }) => {
    if (product === 'v1') {
      throw new UsageError(
        'ERR_NO_TOKENS',
        `InfluxDB 1 has users, and no tokens: ${toType('request POST /query --data "q=SHOW USERS"')}`,
      )
    }
    if (product !== undefined && product !== 'v3' && !hasAuthorizations(product)) {
      throw new UsageError(
        'ERR_NO_TOKENS',
        `${products[product].title} has its tokens looked after by influxctl: influxctl token list`,
      )
    }
    return run({ influx, product, found }).catch((error) => {
      throw error instanceof InfluxError ? refused(error, found) : error
    })
  })
}

/** Which credential it was, and who finds out why, or may do it. */
function refused(error: InfluxError, { source }: FoundCredential): Error {
  const { code, reason, serverMessage } = error
  const said = serverMessage ? ` (${serverMessage})` : ''
  if (reason === 'credential') {
    const why = `The server does not take the credential (${source})${said}: ${toType('check')} says why`
    return new UsageError(code, why, EXIT.refused)
  }
  if (reason !== 'permission') return error
  return new UsageError(
    code,
    `The credential in use (${source}) lacks a permission${said}: name one that has it, with --profile NAME`,
    EXIT.refused,
  )
}

/**
 * Finds the token that an id names, or the user of v1-compatible endpoints.
 *
 * @throws {UsageError} `ERR_INFLUX_REFUSED` where there is none
 */
export async function getToken<T extends ApiToken | V1User>(
  { influx, found }: Server,
  kind: Pick<Authorizations<T, never>, 'get'>,
  id: string,
): Promise<T> {
  try {
    return await kind.get(influx, id)
  } catch (error) {
    if (!(error instanceof InfluxError) || error.reason !== 'not-found') throw error
    const isV1 = Object.is(kind, v1Users)
    const [what, list] = isV1 ? ['user', 'tokens list --v1'] : ['token', 'tokens list']
    throw new UsageError(
      error.code,
      `There is no ${what} of this id, or none that the credential in use (${found.source}) may see: ${toType(list)} shows those that it may`,
      EXIT.http,
    )
  }
}

/** What both kinds have in common for commands that do the same with each. */
export type Either = Authorizations<ApiToken | V1User, NewAuthorization>

/** @throws {UsageError} `ERR_USAGE` for `--v1` at InfluxDB 3 */
export function kindOf({ v1 }: KindOptions, { product }: Pick<Server, 'product'>): Either {
  if (v1 && product === 'v3') {
    throw usage('--v1 is for InfluxDB 2 and Cloud: InfluxDB 3 takes its tokens at /query and /write')
  }
  return (v1 ? v1Users : authorizations) as Either
}

/** Of the token in use, where it is known. */
export function idOf({ found }: Pick<Server, 'found'>): string {
  return found.profile?.known?.authorization ?? 'ID'
}

/** The name or the id of a token, for people. */
export function titleOf({ id, description }: { readonly id: string; readonly description: string }): string {
  return description ? `${id} (${description})` : id
}
