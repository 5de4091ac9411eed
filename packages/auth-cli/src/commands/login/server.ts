// Which server to sign in to: given, the environment's, the named profile's, or asked for.

import { hostFromEnv } from '@fluxauth/auth-node'
import { readServerAddress } from '../../input/address.ts'
import { askUntil, canAsk } from '../../input/ask.ts'
import { usage } from '../../output/errors.ts'
import { toType } from '../../output/shell.ts'
import { readProfiles, serverOf } from '../../profile/profiles.ts'
import { settings } from '../../settings.ts'

/** @throws {UsageError} `ERR_USAGE` for what is no address of a server, `ERR_PROFILE_URL` for what the profile has */
export async function readServer(given: string | undefined): Promise<string> {
  const known = given ?? (await serverOfProfile()) ?? (await hostFromEnv())?.host
  if (known !== undefined) return readServerAddress(known)
  if (!canAsk()) throw usage(`Name the server: ${toType('login http://localhost:8086')}`)
  return askUntil('Server', readServerAddress, 'http://localhost:8086')
}

async function serverOfProfile(): Promise<string | undefined> {
  const { profile: name } = settings()
  const profile = name === undefined ? undefined : (await readProfiles()).get(name)
  return profile && serverOf(profile)
}
