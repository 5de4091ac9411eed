// `fluxauth status`: who one is, where the credential lies, which source won and why the others did not, and whether it is good.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InfluxError, products } from '@fluxauth/auth-core/influxdb'
import { homeFolder, influxConfigsPath } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { EXIT, NoCredentialError } from '../output/errors.ts'
import { fact, note, print } from '../output/print.ts'
import { reportOf } from '../output/report.ts'
import { quote, toType } from '../output/shell.ts'
import { style } from '../output/style.ts'
import { warn } from '../output/warn.ts'
import { type Connection, PasswordError, withConnection } from '../profile/connect.ts'
import { type Looked, searchCredential } from '../profile/find-credential.ts'
import { PATIENCE } from '../profile/find-product.ts'
import type { FoundCredential } from '../profile/from-environment.ts'
import { type Profile, readProfiles, serverOf, shownServer } from '../profile/profiles.ts'
import { findPermissions, VERDICTS, type Verdict, verify, whyUnknown } from '../profile/verify.ts'

interface Options {
  readonly all?: true
}

/** What is told of a credential. */
interface Status {
  readonly profile: string | undefined
  readonly url: string | undefined
  readonly org: string | undefined
  readonly product: string | undefined
  readonly scheme: string
  readonly source: string
  readonly place: string
  readonly state: Verdict['state'] | 'no-answer'
  readonly why: string | undefined
  readonly user: string | undefined
  readonly permissions: readonly string[] | undefined
  /** Why they are not known. */
  readonly permissionsUnknown?: string | undefined
  readonly isOperator: boolean
  readonly replaceBy: string | undefined
}

export function statusCommand(): Command {
  return new Command('status')
    .description(
      'Say which credential commands use, why that one, where it lies, and whether the server takes it. The exit code speaks of it alone.',
    )
    .option('--all', 'look at every other profile as well')
    .addHelpText(`
Examples:
  $ fluxauth status
  $ fluxauth status --all --json`)
    .action(status)
}

async function status({ all }: Options): Promise<void> {
  const { found, looked, profile, why } = await searchCredential()
  const used = found && (await look(found))
  const others = all ? await lookAtOthers(found?.profile) : []
  print({ used, profile: profile?.name, why, sources: looked, others }, () => [
    ...(used ? describe(used) : ['No credential']),
    ...(profile && !found?.profile
      ? [fact('profile', `${profile.name} is chosen (${why}), and not used`)]
      : []),
    ...sources(looked, profile, why),
    ...others.flatMap((other) => ['', ...describe(other)]),
  ])
  for (const each of used ? [used, ...others] : others) warnOf(each)
  if (isInflux3LoggedIn())
    note("InfluxDB 3's own tool is logged in as well (~/.influxdb3/credentials.json): that is not used here.")
  if (!used) throw new NoCredentialError(`There is no credential: log in with ${toType('login')}`)
  process.exitCode = exitCode(used)
}

/** Whether InfluxDB 3's own tool is: not where there is no home folder. */
function isInflux3LoggedIn(): boolean {
  try {
    return existsSync(join(homeFolder(), '.influxdb3', 'credentials.json'))
  } catch {
    return false
  }
}

async function lookAtOthers(but: Profile | undefined): Promise<Status[]> {
  const others: [Profile, Found][] = []
  for (const profile of (await readProfiles()).values()) {
    // One after another: a keyring may ask for its password.
    if (profile.name !== but?.name) others.push([profile, await findIn(profile)])
  }
  // At once: a server that says nothing is waited for with the others.
  return Promise.all(others.map(([profile, found]) => lookAt(profile, found)))
}

/** What a profile has, or why it is not looked at. */
type Found = Pick<FoundCredential, 'host' | 'credentials'> | string

async function lookAt(profile: Profile, found: Found): Promise<Status> {
  const { name, org, known } = profile
  const about = { profile: name, org, source: `profile ${name}`, product: known?.product }
  if (typeof found !== 'string') return look({ ...about, ...found, profile })
  return {
    ...about,
    url: shownServer(profile),
    scheme: known?.scheme ?? 'none',
    place: 'nowhere',
    state: 'not-checked',
    why: found,
    user: undefined,
    permissions: undefined,
    isOperator: false,
    replaceBy: undefined,
  }
}

async function findIn(profile: Profile): Promise<Found> {
  try {
    const host = serverOf(profile)
    const credentials = await profile.credentials()
    return host && credentials ? { host, credentials } : 'it has no credential'
  } catch (error) {
    return reportOf(error).message
  }
}

async function look(found: FoundCredential): Promise<Status> {
  const { credentials, host, org, profile, source } = found
  const about = {
    profile: profile?.name,
    url: host,
    org,
    scheme: credentials.scheme,
    source,
    place: placeOf(found),
    replaceBy: profile?.known?.replaceBy,
  }
  const unseen = {
    product: found.product,
    user: profile?.known?.username,
    permissions: undefined,
    isOperator: false,
  }
  if (host === undefined) {
    return { ...about, ...unseen, state: 'not-checked', why: 'nothing names a server: set INFLUX_HOST' }
  }
  try {
    const seen = async (connection: Connection): Promise<Status> => {
      const { state, user, why } = await verify(connection)
      const own =
        state === 'good' && credentials.scheme !== 'basic'
          ? await findPermissions(connection.influx, profile?.known?.authorization)
          : undefined
      const permissions = own?.words ?? profile?.known?.may
      const isAsked = state === 'good' && credentials.scheme !== 'basic' && !permissions
      return {
        ...about,
        product: connection.product,
        state,
        why,
        user:
          user?.name ??
          profile?.known?.username ??
          (credentials.scheme === 'basic' ? credentials.username : user?.id),
        permissions,
        permissionsUnknown: isAsked ? await whyUnknown(connection) : undefined,
        isOperator: own?.isOperator ?? profile?.known?.isOperator ?? false,
      }
    }
    return await withConnection(found, seen, undefined, PATIENCE)
  } catch (error) {
    const isRefused =
      error instanceof PasswordError || (error instanceof InfluxError && error.reason === 'credential')
    const { message } = reportOf(error)
    return { ...about, ...unseen, state: isRefused ? 'unknown' : 'no-answer', why: message }
  }
}

function placeOf({ profile, source }: FoundCredential): string {
  if (!profile)
    return /_FILE$/.test(source)
      ? `the file that ${source} names`
      : /^[A-Z0-9_]+$/.test(source)
        ? 'the environment'
        : source
  if (profile.place === 'file') return `${influxConfigsPath()}, in plain text`
  return profile.place === 'memory' ? 'memory, until the next start of this machine' : 'the keyring'
}

function describe(status: Status): string[] {
  const { state, why, permissions, permissionsUnknown, isOperator } = status
  const good = state === 'good'
  const verdict = state === 'no-answer' ? 'no answer' : VERDICTS[state]
  const product =
    status.product && status.product in products
      ? products[status.product as keyof typeof products].title
      : undefined
  const may = isOperator
    ? ['everything in every organization (an operator token)']
    : (permissions ?? (permissionsUnknown && [`not known: ${permissionsUnknown}`]))
  return [
    ...(status.profile ? [fact('profile', status.profile)] : []),
    fact('host', status.url ?? '-'),
    ...(product ? [fact('product', product)] : []),
    ...(status.org ? [fact('org', status.org)] : []),
    ...(status.user ? [fact('user', status.user)] : []),
    fact('scheme', status.scheme),
    fact('lies in', status.place),
    `${fact('is', '')}${style(good ? 'green' : 'red', verdict)}${why ? `: ${why}` : ''}`,
    ...(may ? may.map((line, index) => fact(index === 0 ? 'may' : '', line)) : []),
    ...(status.replaceBy ? [fact('replace by', status.replaceBy)] : []),
  ]
}

function sources(looked: readonly Looked[], profile: Profile | undefined, why: string): string[] {
  return looked.map(({ source, why: reason }, index) => {
    const chosen =
      reason === undefined && profile && source === `profile ${profile.name}` ? `, since ${why}` : ''
    return fact(index === 0 ? 'sources' : '', `${source}: ${reason ?? `used${chosen}`}`)
  })
}

function warnOf({ place, profile, scheme, replaceBy }: Status): void {
  if (place.endsWith('in plain text')) {
    const what = scheme === 'basic' ? 'user name and password (base64 hides nothing)' : 'the token'
    warn(
      `${influxConfigsPath()} has ${what} in plain text${profile ? ` (profile ${profile})` : ''}. To move it: fluxauth login --profile ${quote(`${profile}`)} --store keyring`,
    )
  }
  if (replaceBy && replaceBy <= new Date().toISOString().slice(0, 10)) {
    warn(
      `The token of profile ${profile} was to be replaced by ${replaceBy}: fluxauth tokens rotate --profile ${quote(`${profile}`)}`,
    )
  }
}

function exitCode({ state }: Status): number {
  if (state === 'good' || state === 'not-checked') return EXIT.ok
  return state === 'no-answer' ? EXIT.network : EXIT.refused
}
