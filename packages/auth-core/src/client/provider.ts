// Where a credential comes from: a value, a function, or a provider that can also be told that it was refused.

import { type Credentials, formatAuthorization } from '../authorization.ts'
import { isPromise } from '../awaitable.ts'
import { CredentialsError } from '../errors.ts'

/** What a provider is told about the request that needs a credential. */
export interface CredentialContext {
  /** The origin that will get it. */
  readonly origin: string
}

/** Gives credentials when a request needs them. It may cache; it is asked for every request. */
export interface CredentialProvider {
  /** The credentials to use now. */
  get(context: CredentialContext): Credentials | Promise<Credentials>
  /** The server refused these: whatever is cached must be found anew. */
  invalidate?(credentials: Credentials): void
}

/** What is taken wherever a provider is: an API token, credentials, a function that returns either, or a provider. */
export type CredentialSource =
  | string
  | Credentials
  | CredentialProvider
  | ((context: CredentialContext) => string | Credentials | Promise<string | Credentials>)

/**
 * Makes a provider of what the caller gave; a string is an API token.
 *
 * @returns a provider that shows no credential when it is printed
 * @throws {CredentialsError} `ERR_CREDENTIALS_TYPE` when there is nothing, such as the value of a variable that is not set
 * @example
 * import { toProvider } from '@fluxauth/auth-core/client'
 *
 * const { scheme } = await toProvider(async () => 'my-token').get({ origin: 'https://influx.example' })
 * console.log(scheme) // token
 */
export function toProvider(source: CredentialSource): CredentialProvider {
  if (typeof source === 'function') {
    return {
      get(context) {
        const answer = source(context)
        return isPromise(answer) ? Promise.resolve(answer).then(toCredentials) : toCredentials(answer)
      },
    }
  }
  if ('get' in Object(source)) return source as CredentialProvider
  const credentials = toCredentials(source as string | Credentials)
  return { get: () => credentials }
}

/** Credentials as they are, and a string as an API token. */
export function toCredentials(value: string | Credentials): Credentials {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) {
    throw new CredentialsError(
      'ERR_CREDENTIALS_TYPE',
      'No credentials: give a token, or { scheme, … }. Is the variable set that you read it from?',
    )
  }
  return typeof value === 'string' ? { scheme: 'token', token: value } : value
}

/**
 * The `Authorization` value of what a source gave.
 *
 * @throws {CredentialsError} as `formatAuthorization`, with a message that says what to write instead
 */
export function toValue(credentials: Credentials): string {
  return adviseOn(credentials, formatAuthorization)
}

/** Writes credentials, and says what to write instead where they cannot be. */
export function adviseOn(credentials: Credentials, write: (credentials: Credentials) => string): string {
  try {
    return write(credentials)
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error
    const advice = advise(credentials as unknown as Record<string, unknown> | undefined)
    throw advice ? new CredentialsError(error.code, advice) : error
  }
}

/** What an `Authorization` value that was pasted begins with. */
const PASTED = /^(?:authorization\s*:\s*)?(token|bearer|basic)\s/i

const INSTEAD: Readonly<Record<string, string>> = {
  token: "the token alone, without 'Token' before it",
  bearer: "{ scheme: 'bearer', token }, with the token alone",
  basic: "{ scheme: 'basic', username, password }",
}

/** What to write instead; shows nothing of what was written. */
function advise(given: Record<string, unknown> | undefined): string | undefined {
  const { scheme, token } = given ?? {}
  if (!Object.hasOwn(INSTEAD, `${scheme}`)) {
    return "Credentials are { scheme: 'token', token }, { scheme: 'bearer', token } or { scheme: 'basic', username, password }, with the scheme in lower case"
  }
  if (typeof token !== 'string') return undefined
  // As a variable is that is set to nothing, and a file that ends with its line.
  if (!token || token.trim() !== token) return 'Empty, or with blanks around it'
  const pasted = PASTED.exec(token)?.[1]?.toLowerCase()
  return pasted && `This is a whole Authorization value, not a token: give ${INSTEAD[pasted]}`
}
