// `WWW-Authenticate` value <-> challenges. `Proxy-Authenticate` has the same grammar.

import { isAt, OWS, QDTEXT, QUOTED, SEPARATORS, scan, TOKEN, TOKEN68 } from './grammar.ts'
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

/** A whole `token` (RFC 9110, section 5.6.2). */
const WHOLE_TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
const NOT_ONE = 'Not a challenge (RFC 9110)'
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
      at = end
      while (line[at] === ' ') at++
      let token68End = scan(TOKEN68, line, at)
      while (line[token68End] === '=') token68End++
      if (isElementEnd(line, token68End)) {
        const token68 = line.slice(at, token68End)
        challenges.push(token68 ? { scheme, token68, params } : { scheme, params })
        if (token68) params = undefined
        at = token68End
        continue
      }
      challenges.push({ scheme, params })
      if (at === end) syntaxError(at)
      end = scan(TOKEN, line, at)
    }
    const name = line.slice(at, end).toLowerCase()
    const equals = scan(OWS, line, end)
    if (!params || !name || line[equals] !== '=') return syntaxError(at)
    if (name in params) refuseValue('ERR_CHALLENGE_DUPLICATE', NOT_ONE, at)
    at = scan(OWS, line, equals + 1)
    if (line[at] === '"') {
      end = scan(QDTEXT, line, ++at)
      params[name] = line.slice(at, end)
      while (line[end] === '\\' && isAt(line, end + 1, QUOTED)) {
        at = end + 1
        end = scan(QDTEXT, line, end + 2)
        params[name] += line.slice(at, end)
      }
      if (line[end] !== '"') syntaxError(end)
      end++
    } else {
      end = scan(TOKEN, line, at)
      if (end === at) syntaxError(at)
      params[name] = line.slice(at, end)
    }
    at = end
    if (!isElementEnd(line, at)) syntaxError(at)
  }
  return challenges
}

/** Whether nothing but white space comes before the next comma or the end. */
function isElementEnd(line: string, at: number): boolean {
  return (line[scan(OWS, line, at)] ?? ',') === ','
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
    if (!WHOLE_TOKEN.test(name) || !/^[\t -~]*$/.test(value))
      refuseCredentials('ERR_CHALLENGE_VALUE', NOT_ONE)
    return `${name}="${value.replace(/["\\]/g, '\\$&')}"`
  })
  if (!WHOLE_TOKEN.test(scheme) || !/^([\w.~+/-]+=*)?$/.test(token68) || (token68 && written[0])) {
    refuseCredentials('ERR_CHALLENGE_VALUE', NOT_ONE)
  }
  return `${scheme.replace(/^./, (letter) => letter.toUpperCase())} ${token68}${written.join(', ')}`.trim()
}

function syntaxError(position: number): never {
  return refuseValue('ERR_CHALLENGE_SYNTAX', NOT_ONE, position)
}
