// `WWW-Authenticate` value <-> challenges. `Proxy-Authenticate` has the same grammar.

import {
  END,
  EQUALS,
  NAME,
  QUOTE,
  QUOTED,
  SEPARATORS,
  SPACES,
  TOKEN,
  TOKEN68,
  WHOLE_TOKEN,
} from './grammar.ts'
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

/** One challenge, written as most are: up to ten parameters, all quoted, nothing escaped. (Without a bound, V8 needs memory for each.) */
const USUAL =
  /^[\w!#$%&'*+.^`|~-]+ [\w!#$%&'*+.^`|~-]+="[\t !#-[\]-~\x80-\xff]*"(?:, [\w!#$%&'*+.^`|~-]+="[\t !#-[\]-~\x80-\xff]*"){0,9}$/
const NOT_ONE = 'Not a challenge'

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
 * import { parseChallenges } from '@fluxauth/auth-core'
 *
 * parseChallenges('Basic realm="InfluxDB", Bearer')
 * // [{ scheme: 'basic', params: { realm: 'InfluxDB' } }, { scheme: 'bearer', params: {} }]
 * @see RFC 9110, sections 11.3 and 11.6.1
 */
export function parseChallenges(value: string | readonly string[], options?: DecodeOptions): Challenge[] {
  // Field lines of one name are one list (RFC 9110, section 5.3).
  let line = value as string
  try {
    if (typeof value !== 'string') line = value.join(', ')
  } catch {} // What cannot be joined is no string either.
  checkValue(line, options)
  const usual = USUAL.test(line) && readUsual(line)
  if (usual) return [usual]
  const challenges: Challenge[] = []
  let params: Record<string, string> | undefined
  let at = 0
  const take = (run: RegExp): string | undefined => {
    run.lastIndex = at
    const text = run.exec(line)?.[0]
    at += text?.length ?? 0
    return text
  }
  take(SEPARATORS)
  while (at < line.length) {
    let name = take(NAME)
    if (!name) {
      // A word without `=` starts a challenge.
      const scheme = (take(TOKEN) ?? syntaxError(at)).toLowerCase()
      const token68 = take(SPACES) && take(TOKEN68)
      params = Object.create(null) as Record<string, string>
      challenges.push({ scheme, ...(token68 && { token68 }), params })
      if (token68) params = undefined
      if (take(END) !== undefined) continue
      name = take(NAME) ?? syntaxError(at)
    }
    const start = at - name.length
    if (!params) return syntaxError(start)
    name = nameOf(name)
    if (name in params) refuseValue('ERR_CHALLENGE_DUPLICATE', NOT_ONE, start)
    take(EQUALS)
    let text = take(TOKEN)
    if (!text) {
      text = ''
      take(QUOTE) ?? syntaxError(at)
      for (let piece = take(QUOTED); piece; piece = take(QUOTED)) text += piece.replace(/^\\/, '')
      take(QUOTE) ?? syntaxError(at)
    }
    params[name] = text
    take(END) ?? syntaxError(at)
  }
  return challenges
}

/** Cuts a usual challenge to pieces: nothing in them can be taken for what ends them. Leaves it alone when a parameter comes twice. */
function readUsual(line: string): Challenge | undefined {
  const params = Object.create(null) as Record<string, string>
  const scheme = line.slice(0, line.indexOf(' ')).toLowerCase()
  for (let at = scheme.length + 1; at < line.length; ) {
    const equals = line.indexOf('=', at)
    const end = line.indexOf('"', equals + 2)
    const name = nameOf(line.slice(at, equals))
    if (params[name] !== undefined) return undefined
    params[name] = line.slice(equals + 2, end)
    at = end + 3
  }
  return { scheme, params }
}

/**
 * A parameter's name in lower case. The commonest as a constant: where one name always comes, V8 (of Node 20 to 24) stores a value
 * under a constant many times as fast as under a name that was cut from a text.
 */
function nameOf(text: string): string {
  return text === 'realm' ? 'realm' : text.toLowerCase()
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
 * import { formatChallenge } from '@fluxauth/auth-core'
 *
 * formatChallenge({ scheme: 'basic', params: { realm: 'InfluxDB', charset: 'UTF-8' } })
 * // 'Basic realm="InfluxDB", charset="UTF-8"'
 * @see RFC 9110, sections 11.3 and 11.6.1
 */
export function formatChallenge(challenge: Challenge): string {
  try {
    const { scheme, token68 = '', params } = challenge
    let isValid = WHOLE_TOKEN.test(scheme) && /^([\w.~+/-]+=*)?$/.test(token68)
    const written = Object.entries(params).map(([name, value]) => {
      isValid &&= WHOLE_TOKEN.test(name) && /^[\t -~]*$/.test(value)
      return `${name}="${value.replace(/["\\]/g, '\\$&')}"`
    })
    if (isValid && !(token68 && written[0]))
      return `${scheme.slice(0, 1).toUpperCase()}${scheme.slice(1)} ${token68}${written.join(', ')}`.trim()
  } catch {} // What is no string has no such methods.
  return refuseCredentials('ERR_CHALLENGE_VALUE', NOT_ONE)
}

function syntaxError(position: number): never {
  return refuseValue('ERR_CHALLENGE_SYNTAX', NOT_ONE, position)
}
