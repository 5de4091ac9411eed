// Why the server refuses a credential: what it said, what is seen of the credential, and what became of it on the way.

import type { Credentials } from '@fluxauth/auth-core'
import { type InfluxReason, type ProductName, products, toInfluxError } from '@fluxauth/auth-core/influxdb'
import { endpointsAt } from '../../endpoints.ts'
import { byAnother, quote, toType } from '../../output/shell.ts'
import { Finding } from './finding.ts'
import { isCutOff, isOfExample, type Sent } from './given.ts'
import { type Probe, probe, type Reached } from './reach.ts'
import { whereOf } from './scheme.ts'

/**
 * Says why a credential was refused.
 *
 * @throws {Finding}
 */
export async function refuse(
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
        `With another one: ${byAnother('tokens activate ID')}`,
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
    return `With an administrator’s: ${byAnother(`request POST /query --data 'q=GRANT READ ON "DATABASE" TO "USER"'`)} (or WRITE, or ALL)`
  if (product === 'v3')
    return `A named token may do everything but what is the operator’s: give the operator token, with ${toType('login')}`
  if (!credentials)
    return 'The session may what its user may: have somebody make that a member or an owner of the organization'
  if (credentials.scheme === 'basic')
    return `A user of the v1-compatible endpoints gets no more of them. With a token that may: ${byAnother('tokens create --v1 --name USER --permissions read-write --bucket BUCKET')}`
  return `A token gets no more of them. With one that may: ${byAnother('tokens create --permissions …')}, and see ${toType('status')}`
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
    `${toType(`login ${quote(base)}`)}, or make one with another credential: ${byAnother('tokens create')}`,
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
