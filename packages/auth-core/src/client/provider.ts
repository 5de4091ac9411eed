// Where a credential comes from: a value, a function, or a provider that can also be told that it was refused.

import type { Credentials } from '../authorization.ts'

/** Gives credentials when a request needs them. */
export interface CredentialProvider {
  get(): Credentials | Promise<Credentials>
}

/** What is taken wherever a provider is: an API token, credentials, a function that returns either, or a provider. */
export type CredentialSource =
  | string
  | Credentials
  | CredentialProvider
  | (() => string | Credentials | Promise<string | Credentials>)

/** Makes a provider of what the caller gave; a string is an API token. */
export function toProvider(source: CredentialSource): CredentialProvider {
  if (typeof source === 'function') return { get: async () => toCredentials(await source()) }
  if (typeof source === 'object' && 'get' in source) return source
  const credentials = toCredentials(source)
  return { get: () => credentials }
}

function toCredentials(value: string | Credentials): Credentials {
  return typeof value === 'string' ? { scheme: 'token', token: value } : value
}
