// The credential that the environment has. For a script that is all there is to look at, and nothing of profiles is loaded.

import type { Credentials } from '@fluxauth/auth-core'
import type { ProductName } from '@fluxauth/auth-core/influxdb'
import { fromEnv, hostFromEnv, SourceError } from '@fluxauth/auth-node'
import { isSameUrl, type Profile, serverOf } from './profiles.ts'

/** A credential, whom it is for, and where it came from. */
export interface FoundCredential {
  readonly credentials: Credentials
  /** For people: `INFLUX_TOKEN`, `profile prod` … */
  readonly source: string
  /** The server that it is for, with its path; `undefined` where nothing says so. */
  readonly host: string | undefined
  readonly org: string | undefined
  readonly product: ProductName | undefined
  /** The profile that it is of, where it is a profile's. */
  readonly profile: Profile | undefined
}

/**
 * The credential of the environment.
 *
 * @param origin the server that is called
 * @param profile the chosen one, whose is what the environment does not say
 * @returns why there is none, where there is none
 * @throws {SourceError} for what is there and cannot be used
 */
export async function fromEnvironment(
  origin: string | undefined,
  profile: Profile | undefined,
): Promise<FoundCredential | string> {
  const found = await fromEnv()
    .find(origin === undefined ? undefined : { origin })
    .catch(whyNot)
  if (typeof found === 'string') return found
  // As the influx CLI does, what the environment does not say is the profile's: but for a server that is called, which is another one.
  const server = found.host ?? (await hostFromEnv())?.host ?? (profile && serverOf(profile))
  const isCalled = origin === undefined || (server !== undefined && new URL(server).origin === origin)
  const host = isCalled ? server : undefined
  const isProfiles = profile?.url !== undefined && host !== undefined && isSameUrl(profile.url, host)
  return {
    credentials: found.credentials,
    source: found.source,
    host,
    org: found.org ?? (isProfiles ? profile.org : undefined),
    product: isProfiles ? profile.known?.product : undefined,
    profile: undefined,
  }
}

/** Why a source has nothing; what it has and cannot be used is thrown. */
export function whyNot(error: unknown): string {
  if (error instanceof SourceError && /^ERR_SOURCE_(ABSENT|UNAVAILABLE)$/.test(error.code)) {
    // The name of a variable stays as it is.
    return error.message.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())
  }
  throw error
}
