// `fluxauth tokens create`: makes a token, and hands its value to where it is wanted.

import { authorizations, describePermissions, v1Users, v3Tokens } from '@fluxauth/auth-core/influxdb'
import { usage } from '../../output/errors.ts'
import { done, note, printJson } from '../../output/print.ts'
import { quote, toType } from '../../output/shell.ts'
import { warn } from '../../output/warn.ts'
import { agreeToCredential, type ReplaceOptions } from '../../profile/replace.ts'
import { settings } from '../../settings.ts'
import { making, takeBack } from '../left-on-server.ts'
import { describeToken, makeToken, type NewTokenOptions, readExpiry } from '../new-token.ts'
import { chooseDestination, type Destination, type DestinationOptions, type NewToken } from './destination.ts'
import { tell } from './list.ts'
import { kindOf, type Server, withServer } from './server.ts'
import { readV1Password } from './v1-password.ts'

interface Options extends DestinationOptions, NewTokenOptions, ReplaceOptions {
  readonly name?: string
  readonly v1?: true
}

export async function createToken(options: Options): Promise<void> {
  await withServer(async (server) => {
    kindOf(options, server)
    if (server.product === 'v3') return createV3(server, options)
    if (options.v1) return createV1User(server, options)
    if (options.name !== undefined) throw usage('--name is for --v1: an API token has a --description')
    const destination = await settleDestination(server, options)
    const { influx } = server
    const {
      authorization: made,
      token,
      replaceBy,
    } = await makeToken(influx, orgOf(server, options), toType('tokens list'))
    const { id } = made
    const told = { token: tell(made) }
    await hand(destination, { token, id, authorization: made, replaceBy, told }, () =>
      authorizations.delete(influx, id),
    )
    note(`It may: ${describePermissions(made.permissions).join('; ')}`)
    if (options.permissions === 'operator') {
      warn('This is an operator token: it may do everything in every organization')
    }
  })
}

/** Settles where the value goes, and that what is there may go. */
async function settleDestination({ influx, product }: Server, options: Options): Promise<Destination> {
  const destination = await chooseDestination({ url: influx.url, product }, options)
  if (destination.holder) await agreeToCredential(destination.holder, options)
  return destination
}

/** Where nothing else is said, in the organization of the credential. */
function orgOf({ found }: Server, options: Options): Options {
  return { ...options, org: options.org ?? found.org }
}

/** Hands over the value; what nobody has is deleted again. */
async function hand(destination: Destination, made: NewToken, remove: () => Promise<unknown>): Promise<void> {
  let where: string | undefined
  try {
    where = await destination.keep(made)
  } catch (error) {
    await takeBack(made.id, remove, toType(`tokens delete ${quote(made.id)}`))
    throw error
  }
  const { profile } = destination
  if (profile === undefined) {
    done(`Made ${made.id}: its value is shown this once`)
    return
  }
  if (settings().json) printJson({ ...made.told, profile, where })
  done(`Made ${made.id}, and kept it in profile ${profile} (${where}): fluxauth use ${quote(profile)}`)
}

async function createV1User(server: Server, options: Options): Promise<void> {
  const { name, permissions: what } = options
  if (name === undefined) throw usage('Name the user of the v1-compatible endpoints with --name')
  if (name.includes(':')) throw usage('A user name has no colon: it could not be told from the password')
  if (!/^(read|write|read-write)$/.test(what)) {
    throw usage('With --v1 say --permissions read, write or read-write: there are buckets alone')
  }
  // Before anything is made: a user without a password would be left behind.
  const password = await readV1Password(options)
  const { influx } = server
  const { org, permissions: wanted, description } = await describeToken(influx, orgOf(server, options))
  const user = { username: name, orgID: org.id, permissions: wanted, description }
  const made = await making(v1Users.create(influx, user), toType('tokens list --v1'))
  try {
    await v1Users.setPassword(influx, { id: made.id, password })
  } catch (error) {
    await takeBack(made.id, () => v1Users.delete(influx, made.id), toType(`tokens delete ${made.id}`, '--v1'))
    throw error
  }
  if (settings().json) printJson({ token: tell(made) })
  done(`Made ${made.id}: the user ${made.username} of /query and /write`)
  note(`It may: ${describePermissions(made.permissions).join('; ')}`)
}

async function createV3(server: Server, options: Options): Promise<void> {
  const { name, permissions, bucket = [], expires } = options
  if (name === undefined) throw usage('Name the token with --name: InfluxDB 3 knows tokens by their names')
  if (permissions !== 'all' || bucket.length > 0) {
    throw usage(
      'A named token of InfluxDB 3 may do everything but change the operator’s: leave out --permissions and --bucket',
    )
  }
  readExpiry(expires)
  const destination = await settleDestination(server, options)
  const { influx } = server
  const expiresIn = expires && { expiresIn: Number(expires) * 86_400 }
  const made = await making(v3Tokens.create(influx, { name, ...expiresIn }), toType('tokens list'))
  const told = { token: { name: made.name, createdAt: made.createdAt, expiry: made.expiry } }
  const replaceBy = made.expiry?.slice(0, 10)
  await hand(destination, { token: made.token, id: made.name, replaceBy, told }, () =>
    v3Tokens.delete(influx, made.name),
  )
}
