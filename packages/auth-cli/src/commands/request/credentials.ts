// Where `fluxauth request` takes its credential from: what was asked for, or else the environment, or a profile.

import type { Credentials } from '@fluxauth/auth-core'
import { fromEnv } from '@fluxauth/auth-node'
import { readPassword, readToken } from '../../input/secret.ts'
import { usage } from '../../output/errors.ts'
import { findCredential } from '../../profile/find-credential.ts'
import type { FoundCredential } from '../../profile/from-environment.ts'

/** What was asked for. */
export interface CredentialOptions {
  readonly user?: string
  readonly tokenStdin?: true
  readonly bearer?: true
  readonly allowEmpty?: true
}

/**
 * Finds the credential for a server. What the environment has goes to the server that it names, and to no other.
 *
 * @throws {UsageError} `ERR_USAGE`
 * @throws {NoCredentialError} `ERR_NO_CREDENTIAL`
 * @throws {SourceError} as `fromEnv`
 */
export async function readCredentials(
  origin: string,
  options: CredentialOptions,
): Promise<Pick<FoundCredential, 'credentials'> & Partial<FoundCredential>> {
  const { user, tokenStdin, bearer } = options
  if (user !== undefined && tokenStdin) throw usage('Use either --user or --token-stdin')
  if (user !== undefined && bearer) throw usage('--bearer is for tokens: leave out --user')
  if (user?.includes(':')) {
    throw usage(
      '--user takes the name alone: a password here stays in the history. Give it on standard input',
    )
  }
  if (user !== undefined) return { credentials: await readBasic(user, origin, options) }
  const found = tokenStdin ? { credentials: await readGiven() } : await findCredential(origin)
  if (!bearer) return found
  const { credentials } = found
  if (credentials.scheme === 'basic')
    throw usage('--bearer is for tokens: there is a user name and a password')
  return { ...found, credentials: { scheme: 'bearer', token: credentials.token } }
}

async function readBasic(
  username: string,
  origin: string,
  { allowEmpty }: CredentialOptions,
): Promise<Credentials> {
  const { INFLUX_PASSWORD, INFLUX_PASSWORD_FILE } = process.env
  if (!INFLUX_PASSWORD && !INFLUX_PASSWORD_FILE) {
    return { scheme: 'basic', username, password: await readPassword(allowEmpty) }
  }
  const env = without(process.env, /^(INFLUX_TOKEN|INFLUXDB3_AUTH_TOKEN|INFLUX_USERNAME)(_FILE)?$/)
  const { credentials } = await fromEnv({ env: { ...env, INFLUX_USERNAME: username || '-' } }).find({
    origin,
  })
  return credentials.scheme === 'basic' ? { ...credentials, username } : credentials
}

async function readGiven(): Promise<Credentials> {
  const { INFLUX_AUTH_SCHEME, INFLUX_AUTH_SCHEME_FILE } = process.env
  const env = { INFLUX_TOKEN: await readToken(), INFLUX_AUTH_SCHEME, INFLUX_AUTH_SCHEME_FILE }
  return (await fromEnv({ env }).find()).credentials
}

function without(env: NodeJS.ProcessEnv, names: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.test(name)))
}
