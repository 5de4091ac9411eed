// What of the environment comes before a profile, so that a profile that was just chosen seems to do nothing.

import { hostFromEnv } from '@fluxauth/auth-node'
import { warn } from '../output/warn.ts'
import { isSameUrl } from './own-file.ts'

/** The variable that has a credential, which comes before a profile's. */
export function credentialInEnvironment(): string | undefined {
  const names = ['INFLUX_TOKEN', 'INFLUXDB3_AUTH_TOKEN', 'INFLUX_USERNAME']
  return names.flatMap((name) => [name, `${name}_FILE`]).find((name) => process.env[name])
}

/**
 * Warns of each thing that comes before a profile.
 *
 * @param what it is, for people: `this login`, `the profile`
 */
export async function warnOfShadow(what: string, name: string, url: string | undefined): Promise<void> {
  const instead = 'unset it, or name the profile with --profile'
  const { INFLUX_ACTIVE_CONFIG } = process.env
  if (INFLUX_ACTIVE_CONFIG && INFLUX_ACTIVE_CONFIG !== name)
    warn('INFLUX_ACTIVE_CONFIG names another profile, and comes before this one: unset it')
  const variable = credentialInEnvironment()
  if (variable) {
    warn(`${variable} is set and comes before ${what}: ${instead}`)
    return
  }
  // One that cannot be read stops the commands that would go by it, which say so.
  const named = await hostFromEnv().catch(() => undefined)
  if (named && url !== undefined && !isSameUrl(named.host, url))
    warn(`${named.source} names another server, and what is kept for ${url} is passed over: ${instead}`)
}
