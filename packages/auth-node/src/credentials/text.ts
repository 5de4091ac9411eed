// A credential as text: one line with an API token, or a JSON object.

import type { Credentials } from '@fluxauth/auth-core'
import { SourceError } from './source.ts'

/**
 * Reads a credential that a command printed or a keyring keeps.
 *
 * @param text a token on one line, `{"token"}` with an optional `"scheme"`, or `{"username","password"}`
 * @param origin who gave the text, for the error message
 * @throws {SourceError} `ERR_SOURCE_INVALID`
 */
export function parseCredentialText(text: string, origin: string): Credentials {
  const line = text.replace(/\r?\n$/, '')
  if (line.trimStart().startsWith('{')) return parseObject(line, origin)
  if (line && !/[\r\n]/.test(line)) return { scheme: 'token', token: line }
  throw new SourceError('ERR_SOURCE_INVALID', `${origin} must give one line or a JSON object`)
}

function parseObject(text: string, origin: string): Credentials {
  let answer: Record<string, unknown>
  try {
    answer = JSON.parse(text)
  } catch {
    throw new SourceError('ERR_SOURCE_INVALID', `${origin} gives JSON that cannot be read`)
  }
  const { scheme, token, username, password } = answer
  if (typeof token === 'string' && (scheme === undefined || scheme === 'token' || scheme === 'bearer')) {
    return { scheme: scheme ?? 'token', token }
  }
  if (typeof username === 'string' && typeof password === 'string')
    return { scheme: 'basic', username, password }
  throw new SourceError('ERR_SOURCE_INVALID', `${origin} must give {"token"} or {"username","password"}`)
}
