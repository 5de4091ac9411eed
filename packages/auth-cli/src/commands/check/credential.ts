// Whether the server takes the credential: it is sent, and where the address does not tell, what tells is asked beside it.

import { type Credentials, formatAuthorization } from '@fluxauth/auth-core'
import { type ProductName, products, toInfluxError } from '@fluxauth/auth-core/influxdb'
import { endpointsAt } from '../../endpoints.ts'
import { EXIT } from '../../output/errors.ts'
import { toType } from '../../output/shell.ts'
import { warn } from '../../output/warn.ts'
import { pathToTry } from '../../profile/verify.ts'
import { Finding, type Step } from './finding.ts'
import { isOfExample, type Sent } from './given.ts'
import { type Probe, probe, type Reached } from './reach.ts'
import { refuse } from './refusal.ts'

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
    await refuse(told?.reason ?? 'credential', told?.serverMessage ?? '', beside, { sent, reached, lists })
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
  await refuse(reason, serverMessage, answer, { sent, reached })
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
