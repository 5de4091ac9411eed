// Whether a product takes what is sent at all: the scheme, its word, and a cookie beside it.

import type { Credentials } from '@fluxauth/auth-core'
import { type Endpoints, type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { endpointsAt, isSignIn, isTaken } from '../../endpoints.ts'
import { EXIT } from '../../output/errors.ts'
import { quote, toType } from '../../output/shell.ts'
import { toKeepToken } from '../../profile/password.ts'
import { Finding, type Step } from './finding.ts'
import { checkToken, type GivenHeaders, type Sent } from './given.ts'

const WORDS = { basic: 'Basic', token: 'Token', bearer: 'Bearer' } as const

/**
 * Whether a scheme is taken at all.
 *
 * @throws {Finding}
 */
export function checkScheme(
  { base, url, credentials, headers }: Sent,
  product: ProductName | undefined,
  steps: Step[],
): void {
  if (product === undefined) return
  const { title } = products[product]
  const at = endpointsAt(products[product], url.pathname)
  checkCookie(headers, at, credentials)
  if (!credentials) return
  const { scheme } = credentials
  const word = WORDS[scheme]
  if (!isTaken(credentials, at)) throw wrongScheme(credentials, product, { base, at })
  if (scheme !== 'basic' && at.session && isSignIn(url.pathname)) {
    throw new Finding(
      'ERR_SCHEME',
      `One signs in to ${title} with Basic alone: a ${word} needs no signing in`,
      'Send it to any other path, such as /api/v2/me',
    )
  }
  const [given = word] = headers.authorization?.split(' ', 1) ?? []
  const isExact = scheme === 'token' ? at.token === 'exact' : at.exactWords
  if (given !== word && isExact) {
    throw new Finding(
      'ERR_WORD_CASE',
      `${title} takes the word ${word} in exactly this case`,
      `Write ${word}`,
      EXIT.usage,
    )
  }
  if (credentials.scheme !== 'basic') checkToken(credentials.token, product)
  steps.push({ name: 'scheme', says: `${word} is taken ${whereOf(at)}` })
}

/** `all` is everywhere: nothing is taken "at all". */
export function whereOf({ paths }: Endpoints): string {
  return paths === 'all' ? 'everywhere' : `at ${paths}`
}

function checkCookie(
  { cookie, authorization }: GivenHeaders,
  at: Endpoints,
  credentials: Credentials | undefined,
): void {
  if (cookie === undefined) return
  if (!at.session && !credentials) {
    throw new Finding(
      'ERR_COOKIE',
      `A session’s cookie is not taken ${whereOf(at)}`,
      'Send an API token there',
    )
  }
  if (at.session && at.ignoresOthers && authorization && !/^(token|bearer) /i.test(authorization)) {
    throw new Finding(
      'ERR_COOKIE',
      'Beside a cookie only Token and Bearer count: the session decides who this is, and not the Authorization',
      'Leave out one of the two',
    )
  }
}

function wrongScheme(
  credentials: Credentials,
  product: ProductName,
  { base, at }: { readonly base: string; readonly at: Endpoints },
): Finding {
  const { scheme } = credentials
  const { title } = products[product]
  if (scheme === 'basic') {
    return new Finding(
      'ERR_SCHEME',
      `${title} takes no user name and password ${whereOf(at)}: they are for signing in alone`,
      `Sign in, and use a token: ${toKeepToken({ credentials, host: base })}`,
    )
  }
  const taken = (['Token', 'Bearer', 'Basic'] as const).filter(
    (word) => at[word.toLowerCase() as Credentials['scheme']],
  )
  const fix = toType(`login ${quote(base)} ${at.token ? '--scheme token' : '--user NAME --scheme basic'}`)
  return new Finding(
    'ERR_SCHEME',
    `${title} takes no ${WORDS[scheme]} ${whereOf(at)}, but ${taken.join(' and ')}`,
    fix,
  )
}
