// What is sent, as it was given: a credential, or the header lines of another program. What was pasted along with it is found here.

import { AuthError, type Credentials, decodeBasic, parseAuthorization } from '@fluxauth/auth-core'
import { type Product, type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { makerOf } from '../../accepted.ts'
import { EXIT } from '../../output/errors.ts'
import { toType } from '../../output/shell.ts'
import { Finding } from './finding.ts'

/** Header lines, as another program sends them. */
export interface GivenHeaders {
  /** `undefined` where there is no such line. */
  readonly authorization: string | undefined
  readonly cookie: string | undefined
}

/** What is sent, and where. */
export interface Sent {
  /** Of the server, with the path that a proxy has it below. */
  readonly base: string
  /** The whole address. */
  readonly url: URL
  /** Whether the address was asked for; or else one that tells is. */
  readonly isGiven: boolean
  readonly credentials: Credentials | undefined
  readonly headers: GivenHeaders
}

const PLACEHOLDER =
  /^(\$\{?\w+\}?|%\w+%|<.*>|\[?redacted\]?|\*+|x{3,}|\$\(\w+\)|YOUR[_-]?(API|AUTH|INFLUX\w*)?[_-]?TOKEN|(API|AUTH|ADMIN|OPERATOR|DATABASE|ALL_ACCESS|INFLUX\w*)_TOKEN)$/i

/** What stands in examples of how to set up a server, so that some servers do have it: `my-super-secret-auth-token` and its like. */
const EXAMPLE =
  /^(my[_-]?)?(super[_-]?)?(secret[_-]?)?((admin|auth|api)[_-]?)?token$|^change[_-]?me([_-]?(admin|auth|api)?[_-]?token)?$/i

/**
 * Reads header lines, with the faults of whoever wrote them.
 *
 * @throws {Finding} for a line without its name or its colon, and for two of a kind
 */
export function readLines(text: string): GivenHeaders {
  let authorization: string | undefined
  let cookie: string | undefined
  for (const line of text.split(/\r?\n/).filter((each) => each.trim() !== '')) {
    const [, name = '', colon = '', value = ''] = /^\s*([\w-]+)(\s*:[ \t]*|[ \t]+)(.*)$/.exec(line) ?? []
    if (/^(basic|token|bearer)$/i.test(name)) authorization = line.trim()
    else if (!colon.includes(':')) {
      throw new Finding(
        'ERR_HEADER_COLON',
        'A header line has no colon behind its name, so that no server reads it',
        'Write it as: Authorization: Token …',
        EXIT.usage,
      )
    } else if (/\s/.test(colon.slice(0, colon.indexOf(':')))) {
      throw new Finding(
        'ERR_HEADER_COLON',
        'There is a blank before the colon of a header line, which servers refuse with 400',
        'Write it as: Authorization: Token …',
        EXIT.usage,
      )
    } else if (/^authorization$/i.test(name)) {
      if (authorization !== undefined) {
        throw new Finding(
          'ERR_HEADER_TWICE',
          'There are two Authorization lines: InfluxDB reads the first one alone',
          'Send one. A proxy that wants a credential of its own takes Proxy-Authorization, or has to be passed another way',
          EXIT.usage,
        )
      }
      authorization = value
    } else if (/^cookie$/i.test(name)) cookie = value
  }
  return { authorization, cookie }
}

/**
 * Finds what is wrong with a value that no server could take.
 *
 * @returns what it means
 * @throws {Finding}
 */
export function readValue(value: string): Credentials {
  if (/^\S+ {2,}\S/.test(value)) {
    throw new Finding(
      'ERR_HEADER_BLANKS',
      'There is more than one blank behind the scheme: InfluxDB takes exactly one',
      'Write one blank: Token …',
      EXIT.usage,
    )
  }
  if (/^(token|bearer|basic)\s+["'`]/i.test(value)) {
    throw new Finding(
      'ERR_TOKEN_QUOTES',
      'The credential is in quotes, which are sent along',
      'Take them off',
      EXIT.usage,
    )
  }
  if (/^(token|bearer|basic)\s+(authorization|token|bearer|basic)\b/i.test(value)) {
    throw new Finding(
      'ERR_TOKEN_PASTED',
      'The credential begins with a word that belongs before it: a whole header was pasted as the token',
      'Give the token alone',
      EXIT.usage,
    )
  }
  if (/^[!-~]+$/.test(value)) {
    throw new Finding(
      'ERR_HEADER_SCHEME',
      'There is no scheme before the credential',
      'Write Token before it, or see: fluxauth encode token --header',
      EXIT.usage,
    )
  }
  const [word = ''] = value.split(' ', 1)
  const exact = ['Token', 'Bearer', 'Basic'].find((each) => each.toLowerCase() === word.toLowerCase())
  try {
    return parseAuthorization(exact ? exact + value.slice(word.length) : value)
  } catch (error) {
    if (!AuthError.is(error)) throw error
    if (error.code === 'ERR_BASIC_CHARSET' && isLatin1(value)) {
      throw new Finding(
        'ERR_BASIC_CHARSET',
        'User name and password are written in Latin-1, as btoa and some clients do: InfluxDB 2 reads UTF-8, and answers 401',
        'Write UTF-8: fluxauth encode basic --user NAME --header',
        EXIT.usage,
      )
    }
    throw new Finding(
      error.code,
      error.message,
      'See what is in it: fluxauth decode < header.txt',
      EXIT.usage,
    )
  }
}

function isLatin1(value: string): boolean {
  try {
    decodeBasic(value, { charset: 'latin1' })
    return true
  } catch {
    return false
  }
}

/**
 * What no token of this product looks like.
 *
 * @throws {Finding}
 */
export function checkToken(token: string, product: ProductName | undefined): void {
  if (PLACEHOLDER.test(token)) {
    throw new Finding(
      'ERR_TOKEN_PLACEHOLDER',
      'This is the placeholder of an example, or a variable that nothing has filled in',
      `Put the token there: ${toType('login')}`,
      EXIT.usage,
    )
  }
  if (/%3D(%3D)?$/i.test(token)) {
    throw new Finding(
      'ERR_TOKEN_ENCODED',
      'The token is percent-encoded, as in a URL: a header takes it as it is',
      'Write = for each %3D at its end',
      EXIT.usage,
    )
  }
  if (product === undefined) return
  const { title, tokens }: Product = products[product]
  const maker = makerOf(token)
  if (maker?.title === title) return
  if (tokens?.prefix !== undefined) {
    throw new Finding(
      'ERR_TOKEN_PRODUCT',
      `The token is none of ${title}: those begin with ${tokens.prefix}`,
      'Make one there: influxdb3 create token --admin',
    )
  }
  if (maker) {
    throw new Finding(
      'ERR_TOKEN_PRODUCT',
      `The token is one of ${maker.title}, and this is ${title}`,
      `Use a token of this server: ${toType('login')}`,
    )
  }
}

/** Whether a token is one that everybody can read in examples. */
export function isOfExample(token: string): boolean {
  return EXAMPLE.test(token)
}

/** Whether a token is not as long as those that a product makes: it may have been cut off when it was copied. */
export function isCutOff(token: string, { tokens }: Product): boolean {
  return tokens?.length !== undefined && token.length < tokens.length && token.length > tokens.length / 2
}
