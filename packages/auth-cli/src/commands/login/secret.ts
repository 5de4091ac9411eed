// What to sign in with: asked for on a terminal, else standard input, else the environment.

import type { Credentials } from '@fluxauth/auth-core'
import { type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { fromEnv, readToken as readGivenToken, SourceError } from '@fluxauth/auth-node'
import { ask, canAsk, choose } from '../../input/ask.ts'
import { readHidden, readToken } from '../../input/secret.ts'
import { NoCredentialError, UsageError, usage } from '../../output/errors.ts'
import { note } from '../../output/print.ts'
import { isTerminal } from '../../output/streams.ts'

interface Options {
  readonly user?: string | undefined
  readonly scheme?: 'token' | 'bearer' | 'basic' | undefined
}

/**
 * Reads the credential; before anybody pastes it, they are told where it goes.
 *
 * @throws {NoCredentialError} `ERR_NO_CREDENTIAL`
 * @throws {UsageError} for what is no credential
 */
export async function readLoginSecret(
  origin: string,
  product: ProductName | undefined,
  { user, scheme }: Options,
): Promise<Credentials> {
  if (!canAsk()) return readUnasked(origin, { user, scheme })
  const kind = scheme ?? (user === undefined ? await askKind(product) : 'basic')
  note(`It will be sent to ${origin}, and to no other server.`)
  if (kind !== 'basic') return { scheme: kind, token: await readToken() }
  const username = user ?? (await ask('User name'))
  if (!username) throw usage('The user name is empty')
  return { scheme: 'basic', username, password: await notEmpty(await readHidden('Password')) }
}

async function askKind(product: ProductName | undefined): Promise<'token' | 'basic'> {
  const takes = product && products[product]
  if (takes && !takes.api.token) return 'basic'
  if (takes && takes.api.signIn !== 'password') return 'token'
  return choose('Sign in with', [
    ['token', 'an API token'],
    ['basic', 'user name and password'],
  ])
}

async function readUnasked(origin: string, { user, scheme }: Options): Promise<Credentials> {
  const text = isTerminal(0) ? '' : await readHidden('Secret')
  if (user !== undefined || scheme === 'basic') {
    if (text && user === undefined) throw usage('Name the user with --user')
    if (text && user !== undefined) return { scheme: 'basic', username: user, password: text }
    return readEnvironment(origin, user)
  }
  if (!text.trim()) {
    const found = await readEnvironment(origin, undefined)
    return scheme === 'bearer' && found.scheme === 'token' ? { scheme, token: found.token } : found
  }
  try {
    return { scheme: scheme ?? 'token', token: readGivenToken(text, 'What was given') }
  } catch (error) {
    if (error instanceof SourceError) throw new UsageError('ERR_TOKEN_SYNTAX', error.message)
    throw error
  }
}

async function readEnvironment(origin: string, user: string | undefined): Promise<Credentials> {
  const { INFLUX_TOKEN, INFLUX_TOKEN_FILE, INFLUXDB3_AUTH_TOKEN, INFLUXDB3_AUTH_TOKEN_FILE, ...rest } =
    process.env
  const env = user === undefined ? process.env : { ...rest, INFLUX_USERNAME: user, INFLUX_USERNAME_FILE: '' }
  try {
    const { credentials } = await fromEnv({ env }).find({ origin })
    if (credentials.scheme === 'basic' && !credentials.password) {
      throw new NoCredentialError('There is no password: give it on standard input, or set INFLUX_PASSWORD')
    }
    return credentials
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'ERR_SOURCE_ABSENT') throw error
    throw new NoCredentialError(
      `There is nothing to sign in with: give the secret on standard input. (${error.message})`,
    )
  }
}

function notEmpty(password: string): string {
  if (password) return password
  throw new UsageError('ERR_INPUT_EMPTY', 'The password is empty')
}
