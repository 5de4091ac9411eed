// Whether the server takes the credential, and if not why: of the scheme, of the credential itself, or of what became of it on the way.

import { type Credentials, formatAuthorization } from '@fluxauth/auth-core'
import {
  type Endpoints,
  type InfluxReason,
  type ProductName,
  products,
  toInfluxError,
} from '@fluxauth/auth-core/influxdb'
import { endpointsAt, isSignIn, isTaken } from '../../endpoints.ts'
import { EXIT } from '../../output/errors.ts'
import { quote, toType } from '../../output/shell.ts'
import { warn } from '../../output/warn.ts'
import { toKeepToken } from '../../profile/password.ts'
import { pathToTry } from '../../profile/verify.ts'
import { Finding, type Step } from './finding.ts'
import { checkToken, type GivenHeaders, isCutOff, isOfExample } from './given.ts'
import { type Probe, probe, type Reached } from './reach.ts'

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
function whereOf({ paths }: Endpoints): string {
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

/**
 * Sends the credential, and says what the answer means.
 *
 * @throws {Finding}
 */
export async function checkCredential(sent: Sent, reached: Reached, steps: Step[]): Promise<void> {
  const { credentials, headers, base } = sent
  const { product } = reached
  const authorization = headers.authorization ?? (credentials && formatAuthorization(credentials))
  // What the server may repeat, and nobody is to see.
  const secrets = [
    ...[authorization, headers.cookie].flatMap((value) => value?.split(/[ ;=]+/).slice(1) ?? []),
    credentials?.scheme === 'basic' ? credentials.password : '',
  ]
  const target = sent.isGiven ? sent.url.href : base + whereToAsk(product)
  const answer = await probe(target, {
    ...(authorization && { authorization }),
    ...(headers.cookie && { cookie: headers.cookie }),
  })
  const beside = await askBeside(sent, product, answer, authorization)
  const told = beside && toInfluxError(beside.status, beside.text, secrets)
  const isRefused = beside?.status === 401 || beside?.status === 403
  if (beside && isRefused && told?.reason !== 'permission') {
    const lists = answer.status < 400 ? EMPTY : ''
    await refused(told?.reason ?? 'credential', told?.serverMessage ?? '', beside, { sent, reached, lists })
  }
  if (answer.status < 400) {
    warnOfExample(credentials)
    steps.push({ name: 'credential', says: `taken (${answer.status})` })
    return
  }
  const { reason = 'server', serverMessage = '' } = toInfluxError(answer.status, answer.text, secrets)
  if (answer.status !== 401 && answer.status !== 403) {
    if (product === undefined && answer.status === 404) {
      throw new Finding(
        'ERR_NOT_INFLUXDB',
        'There is nothing at this address (404), and what answers does not say that it is InfluxDB',
        'Name the server alone, with the path that a proxy has InfluxDB below: fluxauth check http://host/influx',
        EXIT.http,
      )
    }
    // Not of the credential: where another path tells, it is good.
    steps.push({
      name: 'credential',
      says: `${beside ? 'taken' : 'not refused'}: the answer is ${answer.status} ${serverMessage}`.trimEnd(),
    })
    return
  }
  // Who may not read their own user is good all the same.
  if (reason === 'permission' && !sent.isGiven) {
    warnOfExample(credentials)
    steps.push({ name: 'credential', says: 'taken' })
    return
  }
  await refused(reason, serverMessage, answer, { sent, reached })
}

/** Of a token that is good for nothing, InfluxDB 2 says so where one thing is asked for, and nowhere else. */
const EMPTY = ': lists are not refused, and have nothing in them'

/**
 * Asks what tells, beside an address that does not: lists are answered to an inactive token, `/ping` to everybody, a wrong method before
 * anybody looks at the credential, and `/query` of InfluxDB 2 says the same of each token that is not good.
 *
 * @returns `undefined` where the address tells by itself, or nothing does
 */
async function askBeside(
  { isGiven, base, url, credentials, headers }: Sent,
  product: ProductName | undefined,
  { status, text }: Probe,
  authorization: string | undefined,
): Promise<Probe | undefined> {
  if (!isGiven || !credentials || product === undefined) return undefined
  // These come before the header.
  if (['u', 'p'].some((name) => url.searchParams.has(name))) return undefined
  const isOther = endpointsAt(products[product], url.pathname) !== products[product].api
  const isRefused = status === 401 || status === 403
  if (isRefused && !(isOther && toInfluxError(status, text).reason === 'credential')) return undefined
  // The password of Basic may be a token, and may be one that is good there alone.
  const isForOther = isOther && credentials.scheme === 'basic'
  const path = isForOther ? '/query?q=SHOW+DATABASES' : pathToTry(product)
  if (path === undefined || (isForOther && isRefused)) return undefined
  const value = isForOther || !isOther ? authorization : formatAuthorization(credentials)
  return probe(base + path, {
    ...(value && { authorization: value }),
    ...(headers.cookie && !isOther && { cookie: headers.cookie }),
  })
}

/** A server that was set up with an example's token lets everybody in. */
function warnOfExample(credentials: Credentials | undefined): void {
  if (!credentials || credentials.scheme === 'basic' || !isOfExample(credentials.token)) return
  warn(`The server takes a token that stands in examples, for everybody to read: ${toType('tokens rotate')}`)
}

function whereToAsk(product: ProductName | undefined): string {
  return (product && pathToTry(product)) ?? '/api/v2/me'
}

async function refused(
  reason: InfluxReason,
  message: string,
  answer: Probe,
  { sent, reached, lists = '' }: { readonly sent: Sent; readonly reached: Reached; readonly lists?: string },
): Promise<never> {
  const said = message && ` (${message})`
  switch (reason) {
    case 'permission':
      throw new Finding(
        'ERR_PERMISSION',
        `The credential is good, and lacks a permission${said}`,
        moreRights(sent.credentials, reached.product),
      )
    case 'token-inactive':
      throw new Finding(
        'ERR_TOKEN_INACTIVE',
        `The token is inactive${lists}`,
        'With another one: fluxauth tokens activate ID',
      )
    case 'user-inactive':
      throw new Finding(
        'ERR_USER_INACTIVE',
        'Its user is inactive or deleted',
        `Use another user’s: ${toType('login')}`,
      )
    case 'password-change':
      throw new Finding(
        'ERR_PASSWORD_CHANGE',
        'The password has to be changed first',
        'Change it where users are managed',
      )
    default:
      throw await unknown(answer, sent, reached)
  }
}

/** Who may give what is lacking: a token gets no more than it has, and a user does. */
function moreRights(credentials: Credentials | undefined, product: ProductName | undefined): string {
  if (product === 'v1')
    return `With an administrator’s: fluxauth request POST /query --data 'q=GRANT READ ON "DATABASE" TO "NAME"' (or WRITE, or ALL)`
  if (product === 'v3')
    return `A named token may do everything but what is the operator’s: give the operator token, with ${toType('login')}`
  if (!credentials)
    return 'The session may what its user may: have somebody make that a member or an owner of the organization'
  if (credentials.scheme === 'basic')
    return 'A user of the v1-compatible endpoints gets no more of them. With a token that may: fluxauth tokens create --v1 --name NAME --permissions read-write --bucket NAME'
  return `A token gets no more of them. With one that may: fluxauth tokens create --permissions …, and see ${toType('status')}`
}

async function unknown(answer: Probe, sent: Sent, reached: Reached): Promise<Finding> {
  const { credentials, base, url, headers } = sent
  const { product, server, ahead } = reached
  if (['u', 'p'].some((name) => url.searchParams.has(name))) {
    return new Finding(
      'ERR_QUERY_CREDENTIAL',
      'The u and p of the query come before the header, and are wrong',
      'Take them out of the address: proxies log them, too',
    )
  }
  if (!credentials && !headers.cookie) {
    return new Finding(
      'ERR_NO_HEADER',
      'No credential was sent',
      `Send one: ${toType('header', '| curl -H @- URL')}`,
    )
  }
  if (credentials && (await isEaten(product, base, answer))) {
    return new Finding(
      'ERR_HEADER_EATEN',
      `The Authorization header does not arrive: something on the way takes it off${server ? ` (${server})` : ''}`,
      'In nginx: proxy_set_header Authorization $http_authorization; in Apache: CGIPassAuth On, or RequestHeader without unset; or call InfluxDB itself',
    )
  }
  if (credentials && credentials.scheme !== 'basic' && isOfExample(credentials.token)) {
    return new Finding(
      'ERR_TOKEN_EXAMPLE',
      'The token is that of an example, and the server was set up with another one',
      `Use the one that it was set up with (DOCKER_INFLUXDB_INIT_ADMIN_TOKEN, --token of influx setup, a file of preset tokens): ${toType('login')}`,
    )
  }
  if (credentials?.scheme === 'bearer' && product === 'v1') return ofJwt(credentials.token, ahead)
  if (!credentials)
    return new Finding('ERR_SESSION', 'The session is over', `Sign in anew: ${toType('login')}`)
  if (credentials.scheme === 'basic') {
    return wrongPassword(product, sent)
  }
  if (product === 'v1') {
    return new Finding(
      'ERR_PASSWORD',
      'User name or password is wrong, or this is older than InfluxDB 1.8, which takes them as Basic alone',
      `Send them as Basic: ${toSignIn(base, undefined)}`,
    )
  }
  const isShort = product !== undefined && isCutOff(credentials.token, products[product])
  return new Finding(
    'ERR_TOKEN_UNKNOWN',
    isShort
      ? 'The server does not know the token, which is shorter than those that it makes: it may have been cut off when it was copied'
      : 'The server does not know the token: it was deleted, or is another server’s',
    `${toType(`login ${quote(base)}`)}, or make one with another credential: fluxauth tokens create`,
  )
}

function wrongPassword(product: ProductName | undefined, { base, url, credentials }: Sent): Finding {
  const at = product && endpointsAt(products[product], url.pathname)
  if (!at || !String(at.basic).includes('token')) {
    return new Finding('ERR_PASSWORD', 'User name or password is wrong', toSignIn(base, credentials))
  }
  const where = at.paths === 'all' ? '' : ` ${whereOf(at)}`
  return new Finding(
    'ERR_PASSWORD',
    `User name or password is wrong: ${products[product].title} takes an API token for the password${where}`,
    `Give a token as the password, or as Token: ${toType(`login ${quote(base)} --scheme token`)}`,
  )
}

/** What to type for another password, or another user's. */
export function toSignIn(base: string, credentials: Credentials | undefined): string {
  return toType(
    `login ${quote(base)} --user ${credentials?.scheme === 'basic' ? quote(credentials.username) : 'NAME'}`,
  )
}

/** Whether a header that was sent did not arrive. What is asked with here is made up, and no secret. */
async function isEaten(product: ProductName | undefined, base: string, answer: Probe): Promise<boolean> {
  // As it was said, with nothing hidden: a password that is a part of it would make it another.
  const message = toInfluxError(answer.status, answer.text).serverMessage
  if (product === 'v1') return message === 'unable to parse authentication credentials'
  if (product === 'v2') {
    // It says one thing of a token that it does not know, and another where there is none.
    const { status, text } = await probe(`${base}/query?q=SHOW+DATABASES`, { authorization: 'Token made-up' })
    return status === 401 && toInfluxError(status, text).serverMessage === 'unauthorized access'
  }
  if (product === 'v3') {
    // What it cannot read is 400 there.
    return (
      (await probe(`${base}/api/v3/configure/database`, { authorization: 'Token of three parts' })).status ===
      401
    )
  }
  return answer.status === 401 && message === 'token required'
}

function ofJwt(token: string, ahead: number): Finding {
  const end = endOf(token)
  if (end !== undefined && end < Date.now() + ahead) {
    const isByClock = end > Date.now()
    return isByClock
      ? new Finding(
          'ERR_CLOCK',
          'By this machine’s clock the token is good, and by the server’s it has ended: the clocks are apart',
          'Set the clocks: timedatectl set-ntp true',
        )
      : new Finding('ERR_TOKEN_ENDED', 'The token has ended', 'Make another with the server’s shared secret')
  }
  return new Finding(
    'ERR_TOKEN_UNKNOWN',
    'The server does not take this token: it is signed with another shared secret, or names no user',
    'Compare its secret with [http] shared-secret of the server',
  )
}

/** When a JWT ends, in milliseconds. */
function endOf(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
