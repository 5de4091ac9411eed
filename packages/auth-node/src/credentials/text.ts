// A credential as text: one line with an API token, or a JSON object.

import type { Credentials } from '@fluxauth/auth-core'
import { readBasic, readPlain, readToken } from './secret.ts'
import { SourceError } from './source.ts'

/**
 * Reads a credential that a command printed or a keyring keeps.
 *
 * @param text a token on one line, `{"token"}` with an optional `"scheme"`, or `{"username","password"}`
 * @param place who gave the text, for the error message
 * @throws {SourceError} `ERR_SOURCE_INVALID`
 */
export function parseCredentialText(text: string, place: string): Credentials {
  const plain = readPlain(text)
  return plain.startsWith('{')
    ? parseObject(plain, place)
    : { scheme: 'token', token: readToken(text, place) }
}

function parseObject(text: string, place: string): Credentials {
  let answer: Record<string, unknown>
  try {
    answer = JSON.parse(text)
  } catch {
    throw new SourceError('ERR_SOURCE_INVALID', `${place} gives JSON that cannot be read`)
  }
  const { scheme, token, username, password } = answer
  if (typeof token === 'string' && (scheme === undefined || scheme === 'token' || scheme === 'bearer')) {
    return { scheme: scheme ?? 'token', token: readToken(token, place) }
  }
  if (typeof username === 'string' && typeof password === 'string') {
    return readBasic({ username, password }, { username: place, password: place })
  }
  throw new SourceError(
    'ERR_SOURCE_INVALID',
    `${place} has to give a token, {"token"} with "scheme" token or bearer, or {"username","password"}`,
  )
}
