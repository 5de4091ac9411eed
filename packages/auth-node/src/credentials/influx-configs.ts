// The influx CLI's profiles: `~/.influxdbv2/configs`, a TOML file with one table per profile.

import { join } from 'node:path'
import { AuthError, type BasicCredentials, decodeBasic } from '@fluxauth/auth-core'
import { allowed, checkOptions, type OptionRule } from '@fluxauth/auth-core/client'
import { TIMEOUT } from './deadline.ts'
import { readSecretFile } from './file.ts'
import { homeFolder } from './home.ts'
import { checkHost, readHost } from './host.ts'
import { readToken } from './secret.ts'
import { type CredentialFinder, conceal, defineSource, SourceError } from './source.ts'

/** One profile, as the influx CLI keeps it. */
export interface InfluxProfile {
  readonly url?: string | undefined
  /** Of a profile that was read: not enumerable, so that no copy shows it. */
  readonly token?: string | undefined
  /**
   * Of a profile that was read, and not enumerable either: what `influx config create --username-password` leaves in the token's place.
   * Despite its name it is base64 of `USER:PASSWORD`.
   */
  readonly cookie?: string | undefined
  readonly org?: string | undefined
  readonly active?: boolean | undefined
  /** Whether it was the active one before: `influx config -` leads back to it. */
  readonly previous?: boolean | undefined
}

/** What can be written of a profile: `previous` follows from `active`. */
export type InfluxProfileChange = InfluxProfile

/** Options of {@link fromInfluxConfigs}. */
export interface InfluxConfigsOptions {
  /** The file. Default: `INFLUX_CONFIGS_PATH`, else `~/.influxdbv2/configs`. */
  readonly path?: string | undefined
  /** The profile. Default: `INFLUX_ACTIVE_CONFIG`, else the one marked `active`, else `default`. */
  readonly profile?: string | undefined
  /** Longest time to wait for the file, in milliseconds. Default 3,000. */
  readonly timeout?: number | undefined
}

/**
 * Where the influx CLI keeps its profiles.
 *
 * @throws {SourceError} `ERR_SOURCE_ABSENT` for a user without a home folder, where `INFLUX_CONFIGS_PATH` does not say it either
 * @see `writeInfluxProfiles`, whose example reads what it wrote
 */
export function influxConfigsPath(): string {
  return process.env.INFLUX_CONFIGS_PATH || join(homeFolder(), '.influxdbv2', 'configs')
}

/** Where a profile is looked for. To go on for want of one that was asked for would be to act as somebody else. */
function pathFor(asked: string | undefined): string {
  try {
    return influxConfigsPath()
  } catch (error) {
    if (asked === undefined || !(error instanceof SourceError)) throw error
    throw new SourceError('ERR_SOURCE_INVALID', `There is no profile ${asked}. ${error.message}`)
  }
}

/** What the name of a profile may be. */
export const PROFILE: OptionRule = allowed.string(/./, 'the name of a profile')

/**
 * Reads the token of an influx CLI profile, or the user name and password that it has in the token's place: `Basic`, with which one
 * signs in; other endpoints of InfluxDB 2 do not take it. It goes to the server that the profile's `url` names, and to no other.
 *
 * @param options `path`, `profile` and `timeout`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_ABSENT`, `ERR_SOURCE_PERMISSIONS` (others can read the
 *   file, or it is another user's), `ERR_SOURCE_TIMEOUT` or `ERR_SOURCE_INVALID`: also for a profile that was asked for by name and is
 *   not there, and for one without `url`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authFetch, fromInfluxConfigs } from '@fluxauth/auth-node'
 *
 * const credentials = fromInfluxConfigs({ profile: 'onboarding' })
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials })
 * @see InfluxDB 2 documentation, "influx config"
 */
export function fromInfluxConfigs(options: InfluxConfigsOptions = {}): CredentialFinder {
  options = checkOptions(options, { path: allowed.string(/./, 'a path'), profile: PROFILE, timeout: TIMEOUT })
  return defineSource('influx CLI configs', async (context) => {
    const asked = options.profile ?? (process.env.INFLUX_ACTIVE_CONFIG || undefined)
    const path = options.path ?? pathFor(asked)
    const profiles = await readInfluxProfiles(path, options)
    const name = asked ?? activeProfile(profiles)
    const profile = profiles.get(name)
    const source = `profile ${name} of ${path}`
    if (!profile?.token && !profile?.cookie) {
      const what = profile ? `The ${source} has no token` : `There is no ${source}`
      // As where there is no home folder.
      if (asked) {
        const next = profile ? 'put one there, or name another profile' : 'see its name, or make it'
        throw new SourceError('ERR_SOURCE_INVALID', `${what}: ${next}`)
      }
      throw new SourceError(
        'ERR_SOURCE_ABSENT',
        profile || profiles.size === 0 ? what : `No profile of ${path} is active, and none is called ${name}`,
      )
    }
    if (!profile.url) {
      throw new SourceError(
        'ERR_SOURCE_INVALID',
        `The ${source} names no server, so what it holds goes to none: add its url`,
      )
    }
    const { url: host, org } = profile
    checkHost(readHost(host, `The url of ${source}`), source, context)
    const credentials = profile.token
      ? { scheme: 'token' as const, token: readToken(profile.token, `The token of ${source}`) }
      : readCookie(profile.cookie ?? '', `The cookie of ${source}`)
    return { credentials, source, host, org }
  })
}

/** What the influx CLI calls a cookie: a user name and a password, which it signs in with anew for each command. */
function readCookie(cookie: string, place: string): BasicCredentials {
  try {
    return decodeBasic(`Basic ${cookie}`)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    throw new SourceError(
      'ERR_SOURCE_INVALID',
      `${place} is no user name and password in base64: make the profile anew`,
      {
        cause: error,
      },
    )
  }
}

/**
 * Reads all profiles.
 *
 * @param path the file. Default: {@link influxConfigsPath}
 * @param options `timeout`
 * @returns profiles by name; empty when there is no file, or no home folder that it could be in
 * @throws {SourceError} `ERR_SOURCE_PERMISSIONS`, `ERR_SOURCE_TIMEOUT` or `ERR_SOURCE_INVALID`
 * @see `writeInfluxProfiles`, whose example reads what it wrote
 */
export async function readInfluxProfiles(
  path?: string,
  { timeout }: Pick<InfluxConfigsOptions, 'timeout'> = {},
): Promise<Map<string, InfluxProfile>> {
  try {
    const file = path ?? influxConfigsPath()
    return await parseProfiles(await readSecretFile(file, { timeout }), file)
  } catch (error) {
    if (error instanceof SourceError && error.code === 'ERR_SOURCE_ABSENT') return new Map()
    throw error
  }
}

/** A whole file: tables, and what else may stand at its top. Without a prototype, so that a profile may have any name. */
export type Document = Record<string, unknown>
export type Table = Record<string, unknown>

/** Reads a whole file; its errors show nothing of it. */
export async function parseDocument(text: string, path: string): Promise<Document> {
  const { parse } = await import('smol-toml')
  try {
    return Object.assign(Object.create(null), parse(text))
  } catch {
    // The parser quotes the offending line, which may hold a token.
    throw new SourceError('ERR_SOURCE_INVALID', `${path} is not TOML: mend it, or move it away`)
  }
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

export function tablesOf(document: Document): [name: string, table: Table][] {
  return Object.entries(document).filter((entry): entry is [string, Table] => isTable(entry[1]))
}

async function parseProfiles(text: string, path: string): Promise<Map<string, InfluxProfile>> {
  const profiles = tablesOf(await parseDocument(text, path)).map(([name, table]): [string, InfluxProfile] => {
    const string = (key: string) => (typeof table[key] === 'string' ? table[key] : undefined)
    const [active, previous] = [table.active === true, table.previous === true]
    const shown = { url: string('url'), org: string('org'), active, previous }
    const secrets = Object.entries({ token: string('token'), cookie: string('cookie') }).filter(
      ([, secret]) => secret !== undefined,
    )
    const redacted = secrets.map(([key]) => [key, '[redacted]'])
    return [name, conceal(shown, Object.fromEntries(secrets), Object.fromEntries(redacted))]
  })
  return new Map(profiles)
}

function activeProfile(profiles: ReadonlyMap<string, InfluxProfile>): string {
  return [...profiles].find(([, profile]) => profile.active)?.[0] ?? 'default'
}
