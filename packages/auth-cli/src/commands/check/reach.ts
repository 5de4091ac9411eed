// Whether the server is there, and is an InfluxDB: its name, its certificate, redirects, and what stands before it. No credential is sent.

import { lookup } from 'node:dns/promises'
import { parseChallenges } from '@fluxauth/auth-core'
import { type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { EXIT } from '../../output/errors.ts'
import { describeNetworkError } from '../../output/network.ts'
import { findProduct, isGatewayError, notUp } from '../../profile/find-product.ts'
import { Finding, type Step } from './finding.ts'

/** In milliseconds: how long an answer may take. */
const PATIENCE = 10_000
/** In characters. */
const MOST = 4096
/** In milliseconds: how far clocks may be apart before it matters to whoever checks times. */
const SKEW = 5 * 60_000

/** An answer to a probe. */
export interface Probe {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Sends one request, and follows nothing. */
export async function probe(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Probe> {
  const ended = new AbortController()
  // A timer that keeps the process: Node 20's fetch says nothing at all of a connection that is closed at once, and waits for nothing.
  const timer = setTimeout(() => ended.abort(new DOMException('No answer in time', 'TimeoutError')), PATIENCE)
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: ended.signal })
    const text = await beginningOf(response)
    return { status: response.status, headers: response.headers, text }
  } catch (error) {
    const told = describeNetworkError(error)
    if (!told) throw error
    const message =
      told.code === 'ERR_TIMEOUT' ? 'No answer within 10 seconds, or the connection was closed' : told.message
    throw new Finding(told.code, message, fixOf(told.code, new URL(url)), EXIT.network)
  } finally {
    clearTimeout(timer)
  }
}

/** As much of an answer as says why: the rest is not waited for, and may have no end. */
async function beginningOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk.subarray(0, MOST), { stream: true })
    if (text.length >= MOST) break
  }
  return text.slice(0, MOST)
}

function fixOf(code: string, { protocol, host, hostname, port }: URL): string {
  const seen = `openssl s_client -connect ${hostname}:${port || 443} < /dev/null | openssl x509 -noout`
  // Whoever signed it: these are not mended by trust.
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return `See from when to when it is good: ${seen} -dates`
  if (/ALTNAME/.test(code)) return `See which names are in it: ${seen} -ext subjectAltName`
  if (/CERT|SIGNED|ISSUER/.test(code)) {
    return 'Trust its authority: NODE_EXTRA_CA_CERTS=ca.pem fluxauth check …'
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(code)) return `Write http://${host}, or the port of its https`
  // It speaks TLS: without, the credential would be seen by everyone on the way.
  if (/SSL|EPROTO/.test(code)) {
    return `See what it offers: openssl s_client -connect ${hostname}:${port || 443} < /dev/null; in nginx: ssl_protocols TLSv1.2 TLSv1.3`
  }
  if (/ECONNRESET|UND_ERR_SOCKET|HPE_|ERR_TIMEOUT/.test(code)) {
    return `Try ${protocol === 'http:' ? 'https' : 'http'}://${host}`
  }
  if (code === 'ECONNREFUSED')
    return `Start the server, or name its port: http://${hostname}:8086, https://${hostname}`
  return `See whether it answers at all: curl -i ${protocol}//${host}/ping`
}

/** What was found of a server. */
export interface Reached {
  readonly product: ProductName | undefined
  readonly server: string | undefined
  /** In milliseconds: by how much its clock is ahead. */
  readonly ahead: number
}

/**
 * Reaches the server.
 *
 * @throws {Finding}
 */
export async function reach(base: string, given: ProductName | undefined, steps: Step[]): Promise<Reached> {
  const { hostname, origin } = new URL(base)
  await findName(hostname.replace(/^\[|\]$/g, ''), steps)
  const answer = await probe(`${base}/ping`)
  steps.push({
    name: 'connection',
    says: base.startsWith('https:') ? 'answers, its certificate is trusted' : 'answers',
  })
  checkAnswer(answer, base)
  const date = Date.parse(answer.headers.get('date') ?? '')
  const ahead = Number.isNaN(date) ? 0 : date - Date.now()
  if (Math.abs(ahead) > SKEW) {
    steps.push({
      name: 'clock',
      says: `the server's is ${Math.round(Math.abs(ahead) / 60_000)} minutes ${ahead > 0 ? 'ahead' : 'behind'}`,
    })
  }
  const { product, version, why } = given
    ? { product: given, version: undefined, why: '' }
    : await findProduct(base, true)
  if (product === undefined && isGatewayError(answer.status)) {
    throw new Finding('ERR_NOT_UP', notUp(origin, answer.status), 'Start InfluxDB, and ask again', EXIT.http)
  }
  if (product === undefined && /text\/html/.test(answer.headers.get('content-type') ?? '')) {
    throw new Finding(
      'ERR_NOT_INFLUXDB',
      `What answers at ${origin} is a page, and no InfluxDB`,
      'Name the path that a proxy has InfluxDB below: fluxauth check http://host/influx',
      EXIT.http,
    )
  }
  steps.push({
    name: 'product',
    says: product ? `${products[product].title}${version ? ` (${version})` : ''}` : why,
  })
  const server = answer.headers.get('via') ?? answer.headers.get('server') ?? undefined
  return { product, server, ahead }
}

async function findName(host: string, steps: Step[]): Promise<void> {
  try {
    const { address } = await lookup(host)
    steps.push({ name: 'name', says: host === address ? host : `${host} is ${address}` })
  } catch {
    throw new Finding(
      'ENOTFOUND',
      `There is no such host as ${host}`,
      'Check its spelling, and whether a VPN has to be started',
      EXIT.network,
    )
  }
}

function checkAnswer({ status, headers, text }: Probe, base: string): void {
  const { origin, host } = new URL(base)
  if (status === 400 && /HTTPS? (server|port)|to an HTTPS|SSL-enabled/i.test(text)) {
    throw new Finding(
      'ERR_SCHEME_HTTP',
      'The server speaks https there, and was asked by http',
      `Write https://${host}`,
      EXIT.usage,
    )
  }
  const location = headers.get('location')
  if (status >= 300 && status < 400 && location && URL.canParse(location, base)) {
    const target = new URL(location, base)
    const to = target.origin + target.pathname.replace(/\/ping$/, '').replace(/\/$/, '')
    throw new Finding(
      'ERR_REDIRECT',
      `The server sends on to ${target.origin}${target.origin === origin ? target.pathname : ''}: programs that follow leave out the credential there`,
      `Use the address itself: ${to}`,
      EXIT.http,
    )
  }
  const realm = status === 401 ? realmOf(headers) : undefined
  if (status === 407 || realm !== undefined) {
    throw new Finding(
      'ERR_PROXY_CREDENTIAL',
      `What stands before InfluxDB wants a credential of its own${realm ? ` ("${realm}")` : ''}, in the same header`,
      'One header has room for one credential. Let the proxy pass InfluxDB by, or take a certificate; or use a session (its cookie) at InfluxDB 2, u and p in the query at /query, or Proxy-Authorization where it is a forward proxy',
    )
  }
}

/** The realm of somebody who is not InfluxDB itself. */
function realmOf(headers: Headers): string | undefined {
  const value = headers.get('www-authenticate')
  if (value === null) return undefined
  try {
    const realm = parseChallenges(value).find(({ scheme }) => scheme === 'basic')?.params.realm
    return realm === 'InfluxDB' ? undefined : realm
  } catch {
    return undefined
  }
}
