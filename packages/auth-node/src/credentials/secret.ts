// One reader of secrets for all sources: what gets around a secret by accident goes, what was pasted along with it is named.

import { AuthError, encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { SourceError } from './source.ts'

/**
 * Reads bytes as UTF-8, without a byte order mark.
 *
 * @param place who gave the bytes, for the message
 * @throws {SourceError} `ERR_SOURCE_INVALID`
 */
export function decodeText(bytes: Uint8Array, place: string): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  if (mark === 0xfffe || mark === 0xfeff) throw invalid(place, 'is UTF-16: save it as UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid(place, 'is not UTF-8: save it as such')
  }
}

/** What people paste along with a token, and what to do about it. */
const PASTED: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/\0/, 'holds NUL characters, as UTF-16 does: save it as UTF-8'],
  [/^(["'`]).*\1$/s, 'is in quotes: take them off'],
  [/^\{/, 'is JSON, and not the file of a token: give the token alone'],
  [/^(?:proxy-)?authorization\s*:/i, 'is a whole header line: give the token alone'],
  [
    /^(?:export\s+|set\s+|\$env:)?\w*token\w*\s*=\s*[^=\s]/i,
    'is a whole line with the name of a variable: give what follows the =',
  ],
  [/^(?:token|bearer|basic)\s/i, 'starts with the name of a scheme: give the token alone'],
  [/[\r\n]/, 'has more than one line: give the token alone'],
  [/\s/, 'has a blank in it: give the token alone'],
]

/**
 * Reads a token: white space and line ends around it, and a byte order mark, are dropped. Of the file that InfluxDB 3 starts with, which
 * is JSON, it is the `token`.
 *
 * @param place who gave the text, for the message
 * @throws {SourceError} `ERR_SOURCE_INVALID`
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { authFetch, readToken } from '@fluxauth/auth-node'
 *
 * const path = 'token.txt'
 * const credentials = readToken(await readFile(path, 'utf8'), path)
 * const fetch = authFetch({ origin: 'http://localhost:8086', credentials })
 * console.log((await fetch('/api/v2/buckets')).status) // 200
 * @see InfluxDB 3 Core, "Use a preconfigured admin token"
 */
export function readToken(text: string, place: string): string {
  const plain = readPlain(text)
  const token = tokenOfFile(plain) ?? plain
  if (!token) throw invalid(place, 'is empty: put the token there')
  const pasted = PASTED.find(([pattern]) => pattern.test(token))
  if (pasted) throw invalid(place, pasted[1])
  try {
    encodeToken(token)
    return token
  } catch (error) {
    throw unwritable(error, place)
  }
}

/** What `influxdb3 create token --admin --offline` writes has a `name` beside the `token`, and maybe when it expires. */
function tokenOfFile(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const { token, name } = JSON.parse(text)
    return typeof token === 'string' && typeof name === 'string' ? readPlain(token) : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads a user name and a password: line ends behind them and a byte order mark are dropped; white space may belong to them.
 *
 * @param place who gave each of them, for the message
 * @throws {SourceError} `ERR_SOURCE_INVALID`
 */
export function readBasic(
  given: { readonly username: string; readonly password: string },
  place: { readonly username: string; readonly password: string },
): { readonly scheme: 'basic'; readonly username: string; readonly password: string } {
  const username = withoutLineEnd(given.username)
  const password = withoutLineEnd(given.password)
  try {
    encodeBasic(username, '')
  } catch (error) {
    throw unwritable(error, place.username)
  }
  try {
    encodeBasic('', password)
  } catch (error) {
    throw unwritable(error, place.password)
  }
  return { scheme: 'basic', username, password }
}

/** Reads what is no secret: a server's URL, a scheme's name. */
export function readPlain(text: string): string {
  return text.trim() // a byte order mark counts as white space
}

function withoutLineEnd(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n' || text[end - 1] === '\r') end--
  return text.slice(text.startsWith('\u{feff}') ? 1 : 0, end)
}

function invalid(place: string, advice: string): SourceError {
  return new SourceError('ERR_SOURCE_INVALID', `${place} ${advice}`)
}

/** Of what no header can carry. The codec's message holds no byte of it. */
function unwritable(error: unknown, place: string): SourceError {
  const why = error instanceof AuthError ? error.message : 'it cannot be written into a header'
  return new SourceError('ERR_SOURCE_INVALID', `${place} cannot be used: ${why}`, { cause: error })
}
