// The profiles: those of the influx CLI's file, together with what fluxauth knows of each.

import { type Credentials, decodeBasic, encodeBasic } from '@fluxauth/auth-core'
import { influxConfigsPath, readInfluxProfiles, readToken, writeInfluxProfiles } from '@fluxauth/auth-node'
import { readServerAddress } from '../input/address.ts'
import { UsageError } from '../output/errors.ts'
import { quote } from '../output/shell.ts'
import { shownUrl } from '../output/shown-url.ts'
import { escapeControls } from '../output/terminal.ts'
import {
  isSameUrl,
  type Knowledge,
  knowledgeOf,
  type Place,
  readKnowledge,
  writeKnowledge,
} from './own-file.ts'

/** A profile. */
export interface Profile {
  readonly name: string
  /** As it is written in the file. */
  readonly url: string | undefined
  readonly org: string | undefined
  readonly active: boolean
  readonly previous: boolean
  /** Where its secret lies; `undefined` where it has none. */
  readonly place: Place | undefined
  readonly known: Knowledge | undefined
  /** Loads its credential; `undefined` where there is none. */
  credentials(): Promise<Credentials | undefined>
}

/** Reads all of them, by name. */
export async function readProfiles(): Promise<ReadonlyMap<string, Profile>> {
  const configs = await readInfluxProfiles()
  const knowledge = readKnowledge()
  return new Map(
    [...configs].map(([name, { url, org, active = false, previous = false, token, cookie }]) => {
      const written = knowledgeOf(knowledge, name, url)
      const known = token && written ? ofThisToken(written, token) : written
      // What stands in the file wins: somebody may have put it there since, and influx goes by it.
      const place = token || cookie ? 'file' : known?.place === 'file' ? undefined : known?.place
      const credentials = async (): Promise<Credentials | undefined> => {
        if (token) {
          const scheme = known?.scheme === 'bearer' ? 'bearer' : 'token'
          return { scheme, token: readToken(token, `The token of profile ${name}`) }
        }
        if (cookie) return readCookie(cookie, name)
        if (!place || place === 'file' || !url) return undefined
        return (await import('./secrets.ts')).loadSecret(place, name, url)
      }
      // The influx CLI writes an empty one where there is none.
      return [name, { name, url, org: org || undefined, active, previous, place, known, credentials }]
    }),
  )
}

/** What is known of a profile, but for what was of another token than it has now. */
function ofThisToken(known: Knowledge, token: string): Knowledge {
  if (known.mark === markOf(token)) return known
  const { profile, url, product, allowInsecure } = known
  return { profile, url, place: 'file', scheme: 'token', product, allowInsecure }
}

/** Tells one token from another: they are random, and long. */
function markOf(token: string): string {
  // Loaded when it is needed: most commands start without it.
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

/**
 * The server of a profile, as it is written in the file.
 *
 * @returns `undefined` where it names none
 * @throws {UsageError} `ERR_PROFILE_URL` where what it names is no address of a server, or has more in it
 */
export function serverOf({ name, url }: Profile): string | undefined {
  if (!url) return undefined
  try {
    readServerAddress(url)
  } catch {
    // What is written there may hold a secret, and is not repeated.
    throw new UsageError(
      'ERR_PROFILE_URL',
      `Profile ${name} has a url that is no address of a server, with http:// or https://, a path at most, and no user name or password: fluxauth profiles edit ${quote(name)} --url http://localhost:8086`,
    )
  }
  return url
}

/** The server of a profile as it may be shown, whatever somebody wrote there. */
export function shownServer({ url }: Profile): string | undefined {
  return url && shownUrl(url)
}

/** The profile that goes: by name, by `INFLUX_ACTIVE_CONFIG`, the active one, or `default`. */
export function chooseProfile(
  profiles: ReadonlyMap<string, Profile>,
  named: string | undefined,
): { readonly profile: Profile | undefined; readonly why: string } {
  const { INFLUX_ACTIVE_CONFIG } = process.env
  const asked = named ?? (INFLUX_ACTIVE_CONFIG || undefined)
  if (asked !== undefined) {
    const profile = profiles.get(asked)
    if (!profile) throw noSuchProfile(profiles, named === undefined)
    return { profile, why: named === undefined ? 'INFLUX_ACTIVE_CONFIG names it' : '--profile names it' }
  }
  const active = [...profiles.values()].find((profile) => profile.active)
  if (active) return { profile: active, why: 'it is the active one' }
  const profile = profiles.get('default')
  // The influx CLI picks one at random here.
  return { profile, why: profile ? 'none is active, and it is called default' : 'none is active' }
}

/**
 * Says which there are. What was given is not repeated: a secret may have been pasted there.
 *
 * @param isOfEnvironment whether `INFLUX_ACTIVE_CONFIG` names it, of which the person need not think any more
 */
export function noSuchProfile(profiles: ReadonlyMap<string, Profile>, isOfEnvironment = false): UsageError {
  const names = [...profiles.keys()]
  const none = `There is no such profile${isOfEnvironment ? ' as INFLUX_ACTIVE_CONFIG names' : ''}`
  const unset = isOfEnvironment ? 'unset it, or name another with --profile; ' : ''
  return new UsageError(
    'ERR_NO_PROFILE',
    names.length > 0
      ? `${none}: ${unset}there are ${names.join(', ')}`
      : `${none}, nor any: log in with fluxauth login, or see ${influxConfigsPath()}`,
  )
}

/**
 * Checks what a new profile is to be called.
 *
 * @throws {UsageError} `ERR_PROFILE_NAME` for a name with a control character, by which a list would say what is not so
 */
export function checkName(name: string): void {
  if (escapeControls(name, { lines: false }) === name) return
  throw new UsageError(
    'ERR_PROFILE_NAME',
    'The name of the profile has a line break or another control character in it: give it another one',
  )
}

/** What is kept of a login. */
export interface Login extends Omit<Knowledge, 'profile' | 'scheme'> {
  readonly name: string
  readonly org?: string | undefined
  readonly credentials: Credentials
  /** Default `true`: it becomes the active profile. */
  readonly activate?: boolean
}

/**
 * Keeps a login as a profile. The secret comes first: nothing points at what is not there.
 *
 * @returns where the secret lies, for people
 */
export async function saveLogin(login: Login): Promise<string> {
  const { name, org, credentials, activate = true, ...known } = login
  const { place, url } = known
  const secrets = await import('./secrets.ts')
  const before = knownOf(name)
  const isSamePlace = before?.place === place && isSameUrl(before.url, url)
  const replaced =
    place !== 'file' && isSamePlace
      ? await secrets.loadSecret(place, name, url).catch(() => undefined)
      : undefined
  const where =
    place === 'file' ? influxConfigsPath() : await secrets.saveSecret(place, name, url, credentials)
  const secret =
    place !== 'file'
      ? { token: '' }
      : credentials.scheme === 'basic'
        ? { cookie: encodeBasic(credentials.username, credentials.password).slice('Basic '.length) }
        : { token: credentials.token }
  try {
    const mark = place === 'file' && credentials.scheme !== 'basic' ? markOf(credentials.token) : undefined
    await writeKnowledge(name, { ...known, profile: name, scheme: credentials.scheme, mark })
    // The organization of another server is none of this one's.
    const its = (await readInfluxProfiles()).get(name)?.url
    const moves = its !== undefined && !isSameUrl(url, its)
    const itsOrg = org ?? (moves ? '' : undefined)
    await writeInfluxProfiles({
      [name]: {
        url,
        ...(activate && { active: true }),
        ...(itsOrg !== undefined && { org: itsOrg }),
        ...secret,
      },
    })
  } catch (error) {
    // A file that cannot be kept, or a name that cannot be: then all is as it was.
    if (replaced && place !== 'file') await secrets.saveSecret(place, name, url, replaced)
    else if (place !== 'file') await secrets.removeSecret(place, name, url).catch(() => undefined)
    await writeKnowledge(name, before)
    throw error
  }
  // What lies elsewhere would be left there, with nothing that leads to it.
  if (before && before.place !== 'file' && !isSamePlace) {
    await secrets.removeSecret(before.place, name, before.url).catch(() => undefined)
  }
  return where
}

/** What was written of a profile, whatever its server is by now. */
function knownOf(name: string): Knowledge | undefined {
  return readKnowledge().find(({ profile }) => profile === name)
}

/**
 * Keeps what was written of a profile whose server has another address now. As it was written: of a token that somebody put into the file
 * since, less is known.
 */
export async function moveKnowledge({ name, url }: Profile, to: string): Promise<void> {
  const written = knowledgeOf(readKnowledge(), name, url)
  if (written) await writeKnowledge(name, { ...written, url: to })
}

/**
 * Forgets the secret of a profile, wherever it lies, and keeps the rest.
 *
 * @throws {UsageError} where it cannot be had; what stands in the file is forgotten all the same
 */
export async function forgetSecret({ name, place }: Profile): Promise<void> {
  await writeInfluxProfiles({ [name]: { token: '' } })
  // As it was written: somebody may have put a token or another address into the file since, and nothing else leads to it.
  const written = knownOf(name)
  if (written && written.place !== 'file') {
    const { removeSecret } = await import('./secrets.ts')
    await removeSecret(written.place, name, written.url).catch((error) => {
      if (place !== 'file' || !(error instanceof UsageError)) throw error
      throw new UsageError(
        error.code,
        `What stood in ${influxConfigsPath()} is forgotten; what was kept before it is not: ${error.message}`,
        error.exitCode,
      )
    })
  }
  await writeKnowledge(name, undefined)
}

/** Removes a profile, its secret included. */
export async function removeProfile(profile: Profile): Promise<void> {
  await forgetSecret(profile)
  await writeInfluxProfiles({ [profile.name]: undefined })
}

export { isSameUrl }

function readCookie(cookie: string, name: string): Credentials {
  try {
    return decodeBasic(`Basic ${cookie}`)
  } catch {
    throw new UsageError(
      'ERR_SECRET_UNREADABLE',
      `The cookie of profile ${name} is no user name and password in base64: log in again`,
    )
  }
}
