// The walk through both schemes: each request that is sent, the answer that is expected, and why.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { products } from '@fluxauth/auth-core/influxdb'
import { authFetch } from '@fluxauth/auth-node'
import type { OtherServer } from './server/elsewhere.ts'

/** One step: what it shows, how to send it, and the status that must come back. */
export interface Step {
  readonly title: string
  readonly why: string
  /** Which headers are sent; for steps that authFetch authenticates, what it will add. */
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly send: () => Promise<Response>
  readonly expected: number
}

/** What is walked through. */
export interface TourTarget {
  readonly origin: string
  readonly product: 'cloud-serverless' | 'v2' | 'v1'
  /** What there is of these: without a user name no Basic, without a token no Token. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
}

/** The steps, in the order of the InfluxDB page "Authentication", then what must be refused. */
export function tour(target: TourTarget, redirector: OtherServer): Step[] {
  const { origin, product, username, password = '', token } = target
  const { api } = products[product]
  // InfluxDB 1 has no sign-in: Basic goes with every request.
  const basicCall =
    product === 'v1' ? (['GET', '/query?q=SHOW+DATABASES'] as const) : (['POST', '/api/v2/signin'] as const)

  const step = (
    title: string,
    why: string,
    [method, path]: readonly [method: string, path: string],
    authorization: string,
    expected: number,
    send?: typeof fetch,
  ): Step => {
    const url = new URL(path, origin).href
    const headers = { Authorization: authorization }
    // The good calls let authFetch add the header; the bad ones need it wrong, and so by hand.
    const call = () => (send ? send(url, { method }) : fetch(url, { method, headers }))
    return { title, why, request: { method, url, headers }, expected, send: call }
  }

  const steps: Step[] = []
  const basic = username === undefined ? undefined : encodeBasic(username, password)
  if (username !== undefined && basic !== undefined) {
    steps.push(
      step(
        product === 'v1' ? 'Basic: list the databases' : 'Basic: sign in',
        product === 'v1'
          ? 'user name and password with every request'
          : 'user name and password, once, for a session cookie',
        basicCall,
        basic,
        product === 'v1' ? 200 : 204,
        authFetch({ origin, credentials: { scheme: 'basic', username, password } }),
      ),
    )
  }
  if (token !== undefined && api.token) {
    const isExact = api.token === 'exact'
    steps.push(
      step(
        'Token: list the buckets',
        'an API token with every request',
        ['GET', '/api/v2/buckets'],
        encodeToken(token),
        200,
        authFetch({ origin, credentials: token }),
      ),
      step(
        'Refused: a wrong token',
        'no such token; the answer does not say why',
        ['GET', '/api/v2/buckets'],
        encodeToken('not-a-token=='),
        401,
      ),
      step(
        isExact ? 'Refused: token in lower case' : 'Taken: token in lower case',
        isExact ? 'the word is case-sensitive' : 'this product takes the word in any case; Cloud does not',
        ['GET', '/api/v2/buckets'],
        `token ${token}`,
        isExact ? 401 : 200,
      ),
    )
  }
  if (basic !== undefined) {
    steps.push(
      step(
        'Refused: malformed Basic',
        'what follows the word is not base64',
        basicCall,
        basic.replace(/=*$/, '!'),
        401,
      ),
    )
  }
  const sent = token === undefined ? (basic ?? '') : encodeToken(token)
  const credentials = token ?? ({ scheme: 'basic', username: username ?? '', password } as const)
  const request = { method: 'GET', url: `${redirector.origin}/`, headers: { Authorization: sent } }
  steps.push({
    title: 'Safe: a redirect to another origin',
    why: 'authFetch follows it and leaves the credential behind',
    request,
    expected: 200,
    send: () => authFetch({ origin: redirector.origin, credentials })('/'),
  })
  return steps
}
