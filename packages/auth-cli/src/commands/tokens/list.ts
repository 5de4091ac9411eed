// `fluxauth tokens list` and `show`: which tokens there are, and what each may do. Never a value.

import {
  type ApiToken,
  type AuthorizationFilters,
  describePermissions,
  type V1User,
} from '@fluxauth/auth-core/influxdb'
import { EXIT, UsageError, usage } from '../../output/errors.ts'
import { fact, note, print, table } from '../../output/print.ts'
import { byAnother, toType } from '../../output/shell.ts'
import { isOperator, verify } from '../../profile/verify.ts'
import { getToken, idOf, type KindOptions, kindOf, type Server, withServer } from './server.ts'
import { type ListedV3, listV3, OPERATOR } from './v3.ts'

interface Filters {
  readonly user?: string
  readonly org?: string
  readonly id?: string
}

/** What is told of a token: all but its value. */
export function tell(token: ApiToken | V1User): object {
  const { id, status, description, orgID, org, userID, user, permissions, createdAt, updatedAt } = token
  return {
    id,
    ...('username' in token && { username: token.username }),
    status,
    description,
    orgID,
    org,
    userID,
    user,
    permissions,
    isOperator: isOperator(permissions),
    createdAt,
    updatedAt,
  }
}

export async function listTokens(options: Filters & KindOptions): Promise<void> {
  const { user, org, id } = options
  await withServer(async (server) => {
    if (server.product === 'v3') return listOfV3(server, options)
    const filters: AuthorizationFilters = {
      ...(user !== undefined && { user }),
      ...(org !== undefined && { org }),
      ...(id !== undefined && { id }),
    }
    const found = await kindOf(options, server).list(server.influx, filters)
    if (found.length === 0) await refuseInactive(server)
    print({ tokens: found.map(tell) }, () => (found.length > 0 ? table([HEADINGS, ...found.map(row)]) : []))
    if (found.length === 0)
      note('There is none, or none that this credential may see: a list is never refused.')
  })
}

/** @throws {UsageError} `ERR_TOKEN_INACTIVE`: a list has nothing in it then, and is not refused */
async function refuseInactive(server: Server): Promise<void> {
  if ((await verify(server)).state !== 'inactive') return
  throw new UsageError(
    'ERR_TOKEN_INACTIVE',
    `The token in use (${server.found.source}) is inactive, and is shown nothing. With another one: ${byAnother(`tokens activate ${idOf(server)}`)}`,
    EXIT.refused,
  )
}

const HEADINGS = ['ID', 'STATUS', 'USER', 'ORG', 'DESCRIPTION', 'MAY']

function row(token: ApiToken | V1User): string[] {
  const { id, status, description, org, user, permissions } = token
  const [first = '', ...more] = wordsOf(permissions)
  const may = more.length > 0 ? `${first}, and ${more.length} more` : first
  const who = 'username' in token ? token.username : (user ?? '-')
  return [id, status, who, org ?? '-', description, may]
}

function wordsOf(permissions: ApiToken['permissions']): string[] {
  return isOperator(permissions)
    ? ['everything in every organization (operator)']
    : describePermissions(permissions)
}

export async function showToken(id: string, options: KindOptions): Promise<void> {
  await withServer(async (server) => {
    const kind = kindOf(options, server)
    if (server.product === 'v3') return showOfV3(server, id)
    const token = await getToken(server, kind, id)
    print({ token: tell(token) }, () => [
      fact('id', token.id),
      ...('username' in token ? [fact('name', token.username)] : []),
      ...(token.description ? [fact('for', token.description)] : []),
      fact('status', token.status),
      fact('user', token.user ?? token.userID ?? '-'),
      fact('org', token.org ?? token.orgID),
      ...wordsOf(token.permissions).map((words, index) => fact(index === 0 ? 'may' : '', words)),
      ...(token.createdAt ? [fact('since', token.createdAt)] : []),
    ])
  })
}

async function listOfV3(server: Server, { user, org, id, v1 }: Filters & KindOptions): Promise<void> {
  kindOf({ ...(v1 && { v1 }) }, server)
  if (user !== undefined || org !== undefined) {
    throw usage('InfluxDB 3 has neither users nor organizations: leave out --user and --org')
  }
  const all = await listV3(server.influx)
  const found = id === undefined ? all : all.filter(({ name }) => name === id)
  print({ tokens: found }, () => table([['NAME', 'SINCE', 'ENDS', 'MAY'], ...found.map(rowOfV3)]))
}

function rowOfV3({ name, createdAt, expiry, permissions }: ListedV3): string[] {
  const may = name === OPERATOR ? 'everything (operator)' : (permissions ?? '-')
  return [name, createdAt ?? '-', expiry ?? 'never', may]
}

async function showOfV3({ influx }: Server, name: string): Promise<void> {
  const token = (await listV3(influx)).find((each) => each.name === name)
  if (!token)
    throw new UsageError('ERR_NO_TOKEN', `There is no token of this name: see ${toType('tokens list')}`)
  print({ token }, () => [
    fact('name', token.name),
    fact('since', token.createdAt ?? '-'),
    fact('ends', token.expiry ?? 'never'),
    fact('may', rowOfV3(token)[3] ?? '-'),
  ])
}
