// What fluxauth knows of a profile beyond what the influx CLI's file has room for. No secret is in it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProductName } from '@fluxauth/auth-core/influxdb'
import { homeFolder, updateSecretFile } from '@fluxauth/auth-node'
import { UsageError } from '../output/errors.ts'

/** Where the secret of a profile lies. */
export type Place = 'keyring' | 'memory' | 'file'

/** What is known of a profile, as long as it is for this server. */
export interface Knowledge {
  readonly profile: string
  /** The profile's url when this was written: with another one, nothing here is true of it. */
  readonly url: string
  readonly place: Place
  readonly scheme: 'token' | 'bearer' | 'basic'
  readonly product?: ProductName | undefined
  readonly username?: string | undefined
  /** The API token's authorization, which no server tells of a token. */
  readonly authorization?: string | undefined
  /** Whether the token may do everything in every organization. */
  readonly isOperator?: boolean | undefined
  /** What the token may do, in words: one that may not read its own authorization cannot tell. */
  readonly may?: readonly string[] | undefined
  /** When the token is to be replaced, as a date: InfluxDB 2 has no end of tokens. */
  readonly replaceBy?: string | undefined
  /**
   * Of a token that lies in the influx CLI's file: what it hashes to. Others write there as well, and what is known of one token is not true
   * of the next.
   */
  readonly mark?: string | undefined
  /** Whether plain http to another machine was allowed at login. */
  readonly allowInsecure?: boolean | undefined
}

interface OwnFile {
  readonly version: 1
  readonly profiles: readonly Knowledge[]
}

/** Where our own files lie: `$XDG_CONFIG_HOME/fluxauth`, or below `~/.config`; on Windows below `%APPDATA%`. */
export function ownFolder(): string {
  const { XDG_CONFIG_HOME, APPDATA } = process.env
  const folder = XDG_CONFIG_HOME || (process.platform === 'win32' && APPDATA) || join(homeFolder(), '.config')
  return join(folder, 'fluxauth')
}

function ownFilePath(): string {
  return join(ownFolder(), 'profiles.json')
}

/** Reads what is known of all profiles. */
export function readKnowledge(): readonly Knowledge[] {
  try {
    return parse(readFileSync(ownFilePath(), 'utf8')).profiles
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ERR_SOURCE_ABSENT') return []
    if (error instanceof UsageError) throw error
    throw new UsageError('ERR_PROFILES_FILE', `${ownFilePath()} cannot be read (${code})`)
  }
}

/** What is known of a profile at a server. */
export function knowledgeOf(
  all: readonly Knowledge[],
  profile: string,
  url: string | undefined,
): Knowledge | undefined {
  return all.find((known) => known.profile === profile && isSameUrl(known.url, url))
}

/** Writes what is known of a profile, or forgets it. */
export async function writeKnowledge(profile: string, known: Knowledge | undefined): Promise<void> {
  await updateSecretFile(ownFilePath(), (before) => {
    const others = parse(before).profiles.filter((each) => each.profile !== profile)
    const after: OwnFile = { version: 1, profiles: known ? [...others, known] : others }
    return `${JSON.stringify(after, null, 2)}\n`
  })
}

function parse(text: string): OwnFile {
  if (text === '') return { version: 1, profiles: [] }
  try {
    const file = JSON.parse(text) as OwnFile
    if (file.version === 1 && file.profiles.every(({ profile, url }) => profile && url)) return file
  } catch {
    // Said below, as for another version.
  }
  throw new UsageError(
    'ERR_PROFILES_FILE',
    `${ownFilePath()} was not written by this version of fluxauth: move it away, and log in again`,
  )
}

/** Whether two addresses are the same server and path, however they are spelled. */
export function isSameUrl(one: string, other: string | undefined): boolean {
  if (other === undefined || !URL.canParse(one) || !URL.canParse(other)) return false
  const [a, b] = [new URL(one), new URL(other)]
  return a.origin === b.origin && a.pathname.replace(/\/+$/, '') === b.pathname.replace(/\/+$/, '')
}
