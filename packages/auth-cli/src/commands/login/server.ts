// Which server to sign in to: given, the environment's, the named profile's, or asked for.

import { hostFromEnv } from '@fluxauth/auth-node'
import { ask, canAsk } from '../../input/ask.ts'
import { usage } from '../../output/errors.ts'
import { readProfiles } from '../../profile/profiles.ts'
import { settings } from '../../settings.ts'

/** @throws {UsageError} `ERR_USAGE` for what is no address of a server */
export async function readServer(given: string | undefined): Promise<string> {
  const { profile } = settings()
  const known =
    given ??
    (profile === undefined ? undefined : (await readProfiles()).get(profile)?.url) ??
    (await hostFromEnv())?.host
  if (known !== undefined) return check(known)
  if (!canAsk()) throw usage('Name the server: fluxauth login http://localhost:8086')
  return check(await ask('Server', 'http://localhost:8086'))
}

function check(text: string): string {
  if (!/^https?:\/\//i.test(text)) {
    throw usage('Write the server with its http:// or https://, like http://localhost:8086')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw usage('That is no address of a server: write it like http://localhost:8086')
  if (url.username || url.password) {
    throw usage(
      'Take user name and password out of the address, and use --user: an argument stays in the history',
    )
  }
  if (url.search || url.hash) throw usage('Give the address without what follows its ? or #')
  return url.href.replace(/\/+$/, '')
}
