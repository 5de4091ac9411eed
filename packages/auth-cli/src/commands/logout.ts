// `fluxauth logout`: forgets the credential of a profile, and with `--revoke` ends it on the server too.

import { authorizations, type InfluxError, type InfluxReason, v3Tokens } from '@fluxauth/auth-core/influxdb'
import { Command } from '../arguments/command.ts'
import { EXIT, NoCredentialError, UsageError } from '../output/errors.ts'
import { done, note, printJson } from '../output/print.ts'
import { byAnother, quote, toType } from '../output/shell.ts'
import { byAnotherThan } from '../profile/by-another.ts'
import { type Connection, withConnection } from '../profile/connect.ts'
import { refuseLastOperator } from '../profile/last-operator.ts'
import { noteWhatStays } from '../profile/left-behind.ts'
import {
  chooseProfile,
  forgetSecret,
  noSuchProfile,
  type Profile,
  readProfiles,
} from '../profile/profiles.ts'
import { credentialInEnvironment } from '../profile/shadow.ts'
import { findPermissions, verify, whyUnknown } from '../profile/verify.ts'
import { settings } from '../settings.ts'
import { refuseOperator } from './tokens/v3.ts'

interface Options {
  readonly revoke?: true
}

export function logoutCommand(): Command {
  return new Command('logout')
    .description('Forget the credential of a profile; its server and organization stay.')
    .option('--revoke', 'delete the API token on the server as well, first')
    .addHelpText(`
Examples:
  $ fluxauth logout
  $ fluxauth logout --profile cloud --revoke`)
    .action(logout)
}

async function logout({ revoke }: Options): Promise<void> {
  const profiles = await readProfiles()
  const { profile } = chooseProfile(profiles, settings().profile)
  if (!profile) throw noSuchProfile(profiles)
  if (!profile.place) throw new NoCredentialError(`Profile ${profile.name} has no credential`)
  if (revoke) await revokeToken(profile)
  await forgetSecret(profile)
  if (settings().json) printJson({ profile: profile.name, revoked: revoke ?? false })
  done(
    `Profile ${profile.name}: its credential is ${revoke ? 'deleted on the server, and ' : ''}forgotten here`,
  )
  if (!revoke) await noteWhatStays(profile)
  const set = credentialInEnvironment()
  if (set) note(`${set} is still set in the environment, and goes on being used.`)
}

/** Nothing is forgotten where this fails: it could not be tried again. */
async function revokeToken(profile: Profile): Promise<void> {
  const { url, org, known } = profile
  const credentials = await profile.credentials()
  if (!credentials) throw new NoCredentialError(`The credential of profile ${profile.name} is gone already`)
  if (credentials.scheme === 'basic') {
    throw new UsageError(
      'ERR_NOT_REVOCABLE',
      'A user name and password cannot be revoked: log out without --revoke',
    )
  }
  const found = { credentials, source: profile.name, host: url, org, product: known?.product, profile }
  await withConnection(found, async (connection) => {
    const { influx, product } = connection
    const id = product === 'v3' ? known?.authorization : await idOf(connection, known?.authorization)
    if (product === 'v3' && id !== undefined) refuseOperator(id)
    if (id === undefined) {
      if ((await verify(connection)).state === 'unknown') {
        throw new UsageError(
          'ERR_NOT_REVOCABLE',
          'The server does not know this token, and so has nothing to delete: log out without --revoke',
          EXIT.refused,
        )
      }
      const [what, name] = product === 'v3' ? ['what this token is called', 'NAME'] : [WHICH, 'ID']
      // A token that is shown none finds nothing out: then it is for another one.
      const isShown = product === 'v3' || (await authorizations.list(influx)).length > 0
      const type = isShown ? toType : byAnother
      throw new UsageError(
        'ERR_NOT_REVOCABLE',
        `It is not known ${what}: ${(await whyUnknown(connection)) ?? 'the server does not say'}. ${isShown ? 'Delete it' : 'With one that may, delete it'} by its ${name.toLowerCase()} (${type('tokens list')}, ${type(`tokens delete ${name}`)}), and log out without --revoke`,
      )
    }
    try {
      await (product === 'v3' ? v3Tokens : authorizations).delete(influx, id)
    } catch (error) {
      const { reason } = error as Partial<InfluxError>
      // Ended already: by somebody else, or by a try whose answer was lost.
      if (reason === 'credential' || reason === 'not-found') return
      const why = reason && UNABLE[reason]
      if (!why) throw error
      throw new UsageError(
        'ERR_NOT_REVOCABLE',
        `The token ${why}. With one that may end it: ${await byAnotherThan(profile, `tokens delete ${quote(id)}`)}; and log out without --revoke`,
        EXIT.refused,
      )
    }
  })
}

/** Why a token does not end itself, where another one can. */
const UNABLE: { readonly [Reason in InfluxReason]?: string } = {
  permission: 'may not delete itself',
  'token-inactive': 'is inactive, and does nothing',
  'user-inactive': 'is of a user who is inactive or deleted, and does nothing',
}
const WHICH = 'which authorization this token is'

/** @throws {UsageError} `ERR_LAST_OPERATOR` */
async function idOf({ influx }: Connection, known: string | undefined): Promise<string | undefined> {
  const own =
    known === undefined
      ? (await findPermissions(influx, undefined))?.authorization
      : await authorizations.get(influx, known).catch(notToBeSeen)
  if (own) await refuseLastOperator(influx, own)
  return own?.id ?? known
}

/** One that may not see what it is is no operator's. Where nobody said so, it may be the last one. */
function notToBeSeen(error: unknown): undefined {
  const { reason } = error as Partial<InfluxError>
  if (reason === undefined || reason === 'server') throw error
}
