// `authHttp` follows redirects, which Node's http does not: what it then sends is what `fetch` sends.

import { type Network, startNetwork, type Visit } from '@fluxauth/auth-testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authHttp } from './http.ts'

let network: Network
beforeAll(async () => {
  network = await startNetwork()
})
afterAll(() => network.stop())

interface Request {
  readonly method: string
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
}
type Send = (url: string, request: Request) => Promise<{ status: number; url: string; text: string }>

const byFetch: Send = async (url, request) => {
  const response = await fetch(url, { ...request, keepalive: true })
  return { status: response.status, url: response.url, text: await response.text() }
}
const byHttp: Send = async (url, request) => {
  const { request: send } = authHttp({ origin: network.loopback, credentials: 'my-token' })
  const response = await send(url, request)
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode ?? 0, url: response.url ?? '', text }
}

/** What a request says to the server, but for what each client says of itself, and for the credential. */
const said = ({ origin, method, path, headers, body }: Visit) => {
  const names = [
    'content-type',
    'content-length',
    'content-encoding',
    'content-language',
    'x-mine',
    'cookie',
    'referer',
  ]
  return { origin, method, path, body, headers: names.map((name) => `${name}: ${headers[name]}`) }
}

const LOCATIONS: Readonly<Record<string, (path: string) => string>> = {
  'an absolute path': (path) => `${path}there?a=b%20c`,
  'a relative path': () => 'there/../here',
  'a query alone': () => '?a=b',
  'a path with spaces and letters': () => Buffer.from('a b é').toString('latin1'),
  'a fragment': (path) => `${path}there#part`,
  'an empty one': () => '',
  'another origin': (path) => `${network.plain.replace('influx.test', '127.0.0.1')}${path}`,
}
const statuses = [301, 302, 303, 307, 308]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const cases = statuses.flatMap((status) =>
  methods.flatMap((method) =>
    (method === 'GET' || method === 'HEAD' ? [undefined] : [undefined, 'text ß']).map(
      (body) => [status, method, body] as const,
    ),
  ),
)

test.each(cases)('a %d for %s, with the body %s', async (status, method, body) => {
  for (const [what, location] of Object.entries(LOCATIONS)) {
    const outcomes = []
    for (const send of [byFetch, byHttp]) {
      const stage = network.stage((_, index) =>
        index === 0
          ? { status, headers: { location: location(`/${stage.id}/`) }, body: 'moved' }
          : { body: 'welcome' },
      )
      const headers = {
        'x-mine': '1',
        'content-type': 'text/x-mine',
        'content-language': 'de',
        cookie: 'a=b',
      }
      const answer = await send(stage.url(network.loopback), { method, headers, ...(body && { body }) })
      const told = { answer, visits: stage.visits.map(said) }
      outcomes.push(JSON.parse(JSON.stringify(told).replaceAll(stage.id, 'ID')))
    }
    expect(outcomes[1], what).toEqual(outcomes[0])
  }
})
