// Environment variables of the InfluxDB tools, and their `*_FILE` forms.

import type { Credentials } from '@fluxauth/auth-core'
import { readSecretFile } from './file.ts'
import { type CredentialFinder, checkHost, defineSource, SourceError } from './source.ts'

/** Options of {@link fromEnv}. */
export interface EnvOptions {
  /** The variables to look at. Default `process.env`, as it is at each request. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/** In this order; a token wins over user name and password, as it does in the influx CLI. */
const TOKEN_VARIABLES = [
  { token: 'INFLUX_TOKEN', host: 'INFLUX_HOST' },
  { token: 'INFLUXDB3_AUTH_TOKEN', host: 'INFLUXDB3_HOST_URL' },
] as const

/**
 * Reads the variables that InfluxDB's own tools use.
 *
 * A token from `INFLUX_TOKEN` (with `INFLUX_HOST`; `INFLUX_AUTH_SCHEME` may say `Bearer`) or `INFLUXDB3_AUTH_TOKEN` (with
 * `INFLUXDB3_HOST_URL`); else user name and password from `INFLUX_USERNAME` and `INFLUX_PASSWORD`. Each may have `_FILE` added to its
 * name and then names a file that holds the value. Empty variables count as absent. A credential whose host variable names another
 * server than the one that is called is not used. `find` also tells `host` and `org` (`INFLUX_ORG`).
 *
 * @param options `env` instead of `process.env`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_ABSENT`, or `ERR_SOURCE_INVALID` when variables
 *   contradict each other
 * @example
 * await fromEnv({ env: { INFLUX_TOKEN: 'my-token' } }).get() // { scheme: 'token', token: 'my-token' }
 * @see InfluxDB 2 documentation, "influx CLI", environment variables
 */
export function fromEnv({ env }: EnvOptions = {}): CredentialFinder {
  return defineSource('environment', async (context) => {
    const variables = env ?? process.env
    const read = (name: string) => readVariable(variables, name)
    for (const names of TOKEN_VARIABLES) {
      const token = await read(names.token)
      if (!token) continue
      const host = (await read(names.host))?.value
      checkHost(host, token.source, context)
      const credentials = await tokenCredentials(token.value, read)
      return { credentials, source: token.source, host, org: (await read('INFLUX_ORG'))?.value }
    }
    const username = await read('INFLUX_USERNAME')
    if (!username) {
      throw new SourceError(
        'ERR_SOURCE_ABSENT',
        'None of INFLUX_TOKEN, INFLUXDB3_AUTH_TOKEN, INFLUX_USERNAME is set, nor with _FILE added',
      )
    }
    const password = await read('INFLUX_PASSWORD')
    const host = (await read('INFLUX_HOST'))?.value
    checkHost(host, username.source, context)
    return {
      credentials: { scheme: 'basic', username: username.value, password: password?.value ?? '' },
      source: username.source,
      host,
      org: (await read('INFLUX_ORG'))?.value,
    }
  })
}

async function tokenCredentials(
  token: string,
  read: (name: string) => Promise<{ value: string } | undefined>,
): Promise<Credentials> {
  const scheme = (await read('INFLUX_AUTH_SCHEME'))?.value.toLowerCase() ?? 'token'
  if (scheme === 'token' || scheme === 'bearer') return { scheme, token }
  throw new SourceError('ERR_SOURCE_INVALID', 'INFLUX_AUTH_SCHEME must be Token or Bearer')
}

/** A variable's value, or that of the file which its `_FILE` form names. */
async function readVariable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): Promise<{ value: string; source: string } | undefined> {
  const value = env[name]
  const path = env[`${name}_FILE`]
  if (value && path) {
    throw new SourceError('ERR_SOURCE_INVALID', `Both ${name} and ${name}_FILE are set: unset one of them`)
  }
  if (value) return { value, source: name }
  if (!path) return undefined
  const content = (
    await readSecretFile(path, { ownerOnly: false }).catch((cause) => {
      throw new SourceError('ERR_SOURCE_INVALID', `${name}_FILE names a file that cannot be used`, { cause })
    })
  ).replace(/\r?\n$/, '')
  if (!content) throw new SourceError('ERR_SOURCE_INVALID', `The file that ${name}_FILE names is empty`)
  return { value: content, source: `${name}_FILE` }
}
