// What both vaults make of a token and of a request, with nothing that another script could have replaced where the token is in hand.

import { encodeToken } from '@fluxauth/auth-core'
import { bare, Headers, hrefOf, isRequest, originOf, targetOf } from '../platform.ts'
import { vaultError } from '../vault-error.ts'

/**
 * The `Authorization` value for a token. Characters are compared in place: a method of strings or a regular expression would be handed it.
 *
 * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` or `ERR_CREDENTIALS_TYPE`
 */
export function toAuthorization(token: string): string {
  if (typeof token !== 'string' || token === '') return encodeToken(token)
  for (let index = 0; index < token.length; index++) {
    const character = token[index] as string
    if (character < '!' || character > '~') return encodeToken(token)
  }
  // biome-ignore lint/style/useTemplate: as plain as it gets
  return 'Token ' + token
}

/**
 * The URL that a request really goes to.
 *
 * @throws {VaultError} `ERR_VAULT_ORIGIN`
 */
export function checkUrl(input: string | Request, origin: string): string {
  const url = targetOf(input, origin)
  if (originOf(url) !== origin) throw vaultError('ERR_VAULT_ORIGIN')
  return hrefOf(url)
}

/** The caller's headers, in an object that has no prototype. */
export function headersOf(input: string | Request, init: RequestInit | undefined): Record<string, string> {
  const headers = bare<Record<string, string>>({})
  const given = new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined))
  given.forEach((value, name) => {
    headers[name] = value
  })
  return headers
}

/** Whether an answer is a redirect: browsers say no more than that, and Node says all of it. */
export function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || /30[12378]/.test(`${status}`)
}
