// `WWW-Authenticate` value <-> challenges. `Proxy-Authenticate` has the same grammar.

import { isToken, OWS, SPACES, scan, TOKEN, TOKEN68 } from './grammar.ts'
import { checkValue, type DecodeOptions, refuseCredentials, refuseValue } from './scheme.ts'

/** What a server asks for: a scheme with either parameters or one token68. */
export interface Challenge {
  /** The scheme's name, in lower case. */
  readonly scheme: string
  /** For schemes like Negotiate that carry one opaque piece. */
  readonly token68?: string | undefined
  /** Parameters by lower-case name; the object has no prototype. */
  readonly params: Readonly<Record<string, string>>
}

const NOT_ONE = 'Not a challenge: see RFC 9110, 11.3'
/** Optional white space and empty list elements (RFC 9110, section 5.6.1.2). */
const EQUALS = /=*/y
const SEPARATORS = /[\t ,]*/y
/** What a quoted-string may hold, a quote or a backslash only behind a backslash (RFC 9110, section 5.6.4). */
const QUOTED = /[\t -~\x80-\xff]/

/**
 * Reads the challenges of a 401's `WWW-Authenticate` (or a 407's `Proxy-Authenticate`).
 *
 * Names come in lower case, parameter values unquoted; empty list elements are skipped.
 *
 * @param value one field value, or the values of several field lines
 * @param options `maxLength` of all values together (default 8,192 characters)
 * @returns the challenges in the order of the header; none for an empty value
 * @throws {AuthorizationSyntaxError} `ERR_CHALLENGE_SYNTAX`; `ERR_CHALLENGE_DUPLICATE` when a parameter comes twice in one challenge;
 *   `ERR_AUTHORIZATION_TYPE` or `ERR_AUTHORIZATION_LENGTH`
 * @example
 * parseChallenges('Basic realm="InfluxDB", Bearer')
 * // [{ scheme: 'basic', params: { realm: 'InfluxDB' } }, { scheme: 'bearer', params: {} }]
 * @see RFC 9110, sections 11.3 and 11.6.1
 */
export function parseChallenges(value: string | readonly string[], options?: DecodeOptions): Challenge[] {
  // Field lines of one name are one list (RFC 9110, section 5.3).
  const line = Array.isArray(value) ? value.join(', ') : (value as string)
  checkValue(line, options)
  const challenges: Challenge[] = []
  let params: Record<string, string> | undefined
  for (let at = scan(SEPARATORS, line, 0); at < line.length; at = scan(SEPARATORS, line, at)) {
    let end = scan(TOKEN, line, at)
    if (line[scan(OWS, line, end)] !== '=') {
      // A word without `=` starts a challenge.
      const scheme = line.slice(at, end).toLowerCase()
      if (!scheme) syntaxError(at)
      params = Object.create(null) as Record<string, string>
      const challenge: { scheme: string; token68?: string; params: Record<string, string> } = {
        scheme,
        params,
      }
      challenges.push(challenge)
      at = scan(SPACES, line, end)
      const token68 = line.slice(at, scan(EQUALS, line, scan(TOKEN68, line, at)))
      if (isElementEnd(line, at + token68.length)) {
        at += token68.length
        if (token68) {
          challenge.token68 = token68
          params = undefined
        }
        continue
      }
      if (at === end) syntaxError(at)
      end = scan(TOKEN, line, at)
    }
    const name = line.slice(at, end).toLowerCase()
    const equals = scan(OWS, line, end)
    if (!params || !name || line[equals] !== '=') return syntaxError(at)
    if (name in params) refuseValue('ERR_CHALLENGE_DUPLICATE', 'A parameter comes twice', at)
    at = scan(OWS, line, equals + 1)
    end = scan(TOKEN, line, at)
    let parameter = line.slice(at, end)
    if (line[at] === '"') {
      for (end = at + 1; line[end] !== '"'; end++) {
        if (line[end] === '\\') end++
        if (!QUOTED.test(line.charAt(end))) syntaxError(end)
        parameter += line[end]
      }
      end++
    } else if (!parameter) syntaxError(at)
    params[name] = parameter
    at = end
    if (!isElementEnd(line, at)) syntaxError(at)
  }
  return challenges
}

/** Whether nothing but white space comes before the next comma or the end. */
function isElementEnd(line: string, at: number): boolean {
  const end = scan(OWS, line, at)
  return end === line.length || line[end] === ','
}

/**
 * Writes a challenge as a `WWW-Authenticate` (or `Proxy-Authenticate`) value. Join several with `, `.
 *
 * Parameter values are quoted; a scheme in lower case gets a capital, as older clients expect.
 *
 * @param challenge a scheme with parameters (visible ASCII, spaces, tabs) or a token68
 * @returns the value, for example `Basic realm="InfluxDB"`
 * @throws {CredentialsError} `ERR_CHALLENGE_VALUE` for what no header can carry, or parameters beside a token68
 * @example
 * formatChallenge({ scheme: 'basic', params: { realm: 'InfluxDB', charset: 'UTF-8' } })
 * // 'Basic realm="InfluxDB", charset="UTF-8"'
 * @see RFC 9110, sections 11.3 and 11.6.1
 */
export function formatChallenge(challenge: Challenge): string {
  const { scheme, token68 = '', params } = challenge
  const written = Object.entries(params).map(([name, value]) => {
    if (!isToken(name) || !/^[\t -~]*$/.test(value)) refuseCredentials('ERR_CHALLENGE_VALUE', NOT_ONE)
    return `${name}="${value.replace(/["\\]/g, '\\$&')}"`
  })
  if (!isToken(scheme) || !/^([\w.~+/-]+=*)?$/.test(token68) || (token68 && written[0])) {
    refuseCredentials('ERR_CHALLENGE_VALUE', NOT_ONE)
  }
  return `${scheme.replace(/^./, (letter) => letter.toUpperCase())} ${token68}${written.join(', ')}`.trim()
}

function syntaxError(position: number): never {
  return refuseValue('ERR_CHALLENGE_SYNTAX', NOT_ONE, position)
}
