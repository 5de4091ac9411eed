// Which credential a command uses: that of the profile it names, the environment's, the chosen profile's, or another source's.

import { fromNetrc, hostFromEnv } from '@fluxauth/auth-node'
import { NoCredentialError } from '../output/errors.ts'
import { quote, toType } from '../output/shell.ts'
import { settings } from '../settings.ts'
import { type FoundCredential, fromEnvironment, whyNot } from './from-environment.ts'
import { chooseProfile, isSameUrl, type Profile, readProfiles, serverOf } from './profiles.ts'

/** A source that was looked at. */
export interface Looked {
  readonly source: string
  /** Why it is not the one; `undefined` for the one that is. */
  readonly why: string | undefined
}

/** What a search came to. */
export interface Search {
  readonly found: FoundCredential | undefined
  readonly looked: readonly Looked[]
  /** The profile that is chosen, whether its credential is used or not. */
  readonly profile: Profile | undefined
  readonly why: string
}

/**
 * Looks for the credential, in this order: the profile of `--profile`, the environment, the chosen profile, netrc.
 *
 * @param origin the server that is called: a credential for another one is passed over
 * @throws {SourceError} for what is there and cannot be used: to go on would mean to act as somebody else
 */
export async function searchCredential(origin?: string): Promise<Search> {
  const named = settings().profile
  const profiles = await readProfiles()
  const { profile, why } = chooseProfile(profiles, named)
  // Nobody who names a server means another one.
  const host = named === undefined && origin === undefined ? (await hostFromEnv())?.host : undefined
  const looked: Looked[] = []
  let found: FoundCredential | undefined
  const look = async (source: string, find: () => Promise<FoundCredential | string>): Promise<void> => {
    if (found) {
      // Said of those that come after, too: a person who set one up wants to know why it does not count.
      looked.push({ source, why: `${found.source} comes first` })
      return
    }
    const outcome = await find()
    if (typeof outcome === 'string') looked.push({ source, why: outcome })
    else {
      found = outcome
      looked.push({ source: outcome.source, why: undefined })
    }
  }
  const ofProfile = async (): Promise<void> => {
    const source = profile ? `profile ${profile.name}` : 'the chosen profile'
    const none = profiles.size > 0 ? 'none is active: choose one with fluxauth use NAME' : 'there is none'
    await look(source, async () => (profile ? fromProfile(profile, origin, host) : none))
  }
  if (named !== undefined) await ofProfile()
  else {
    await look('the environment', () => fromEnvironment(origin, profile))
    await ofProfile()
  }
  if (named === undefined && !found) {
    // Where no address is called it is the server that paths are below: one order goes for every command.
    const below = origin === undefined ? (host ?? (profile && serverOf(profile))) : undefined
    const called = origin ?? below
    if (called !== undefined) await look('netrc', () => fromNetrcOf(called, below))
  }
  return { found, looked, profile, why }
}

/** Of an origin that is called nobody says what path InfluxDB lies below there: `host` is `undefined`. */
async function fromNetrcOf(called: string, host: string | undefined): Promise<FoundCredential | string> {
  const netrc = await fromNetrc()
    .find({ origin: new URL(called).origin })
    .catch(whyNot)
  if (typeof netrc === 'string') return netrc
  const { credentials, source } = netrc
  return { credentials, source, host, org: undefined, product: undefined, profile: undefined }
}

/**
 * Finds the credential.
 *
 * @throws {NoCredentialError} `ERR_NO_CREDENTIAL`, with what was looked at
 */
export async function findCredential(origin?: string): Promise<FoundCredential> {
  const { found, looked } = await searchCredential(origin)
  if (found) return found
  const reasons = looked.map(({ source, why }) => `- ${source}: ${why}`)
  throw new NoCredentialError(
    [`No credential was found: log in with ${toType('login')}. Looked at:`, ...reasons].join('\n'),
  )
}

/**
 * The server that paths are below: the profile's of `--profile`, the environment's, or the chosen profile's.
 *
 * @returns `undefined` where nothing names one
 */
export async function findHost(): Promise<string | undefined> {
  const named = settings().profile
  if (named === undefined) {
    const host = await hostFromEnv()
    if (host) return host.host
  }
  const { profile } = chooseProfile(await readProfiles(), named)
  return profile && serverOf(profile)
}

async function fromProfile(
  profile: Profile,
  origin: string | undefined,
  host: string | undefined,
): Promise<FoundCredential | string> {
  const { org, known } = profile
  const source = `profile ${profile.name}`
  const url = serverOf(profile)
  if (!url) return 'it names no server'
  if (origin !== undefined && new URL(url).origin !== origin) return `it is for ${new URL(url).origin}`
  if (host !== undefined && !isSameUrl(host, url))
    return `it is for ${url}, and the environment names another server`
  const login = `fluxauth login --profile ${quote(profile.name)}`
  if (!profile.place) return `it has no credential: log in with ${login}`
  const credentials = await profile.credentials()
  if (!credentials) {
    return profile.place === 'memory'
      ? `its credential was kept in memory, and is gone: log in again with ${login}`
      : `its credential is not in the ${profile.place} any more: log in again with ${login}`
  }
  return { credentials, source, host: url, org, product: known?.product, profile }
}
