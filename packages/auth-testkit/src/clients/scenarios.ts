// Redirects that a client may meet, and which of the requests that follow may carry the credential.

import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { Network } from './network.ts'

/** One redirect: a status, and the `Location` on a network, given the path that the redirect must lead to. */
export type Hop = readonly [status: number, location: (network: Network, path: string) => string]

/** A chain of redirects. */
export interface RedirectScenario {
  readonly title: string
  /** The origins that the credential is bound to; the request goes to the first. Default `[network.home]`. */
  readonly bound?: (network: Network) => readonly string[]
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly hops: readonly Hop[]
  /** For each request that must reach a server, whether it carries the credential. */
  readonly carries: readonly boolean[]
  /** The method and body of the last request, where they matter. */
  readonly arrivesAs?: { readonly method: string; readonly body: string }
  /** The error's code, where the last redirect must be refused. */
  readonly refused?: 'ERR_REDIRECT_LOCATION' | 'ERR_REDIRECT_COUNT'
  /** Needs IPv6. */
  readonly six?: true
}

const to =
  (origin: (network: Network) => string) =>
  (network: Network, path: string): string =>
    `${origin(network)}${path}`
const home = to((network) => network.home)
const elsewhere = to((network) => network.at('other.test'))
const port = (origin: string): string => new URL(origin).port

const kept = (title: string, location: Hop[1], more: Partial<RedirectScenario> = {}): RedirectScenario => ({
  title,
  hops: [[302, location]],
  carries: [true, true],
  ...more,
})
const dropped = (
  title: string,
  location: Hop[1],
  more: Partial<RedirectScenario> = {},
): RedirectScenario => ({
  title,
  hops: [[302, location]],
  carries: [true, false],
  ...more,
})
const refused = (title: string, location: Hop[1]): RedirectScenario => ({
  title,
  hops: [[302, location]],
  carries: [true],
  refused: 'ERR_REDIRECT_LOCATION',
})

/**
 * Releases of Node 22, 24 and 26 from June 2026 on take no certificate for an IPv6 address: there no client can be asked to.
 *
 * @see https://github.com/nodejs/node/issues/64144
 */
const takesSix =
  checkServerIdentity('::1', { subjectaltname: 'IP Address:::1', subject: {} } as PeerCertificate) ===
  undefined

const scenarios: readonly RedirectScenario[] = [
  ...[301, 302, 303, 307, 308].flatMap((status): RedirectScenario[] => [
    { title: `${status} within the origin`, hops: [[status, home]], carries: [true, true] },
    { title: `${status} to another host`, hops: [[status, elsewhere]], carries: [true, false] },
  ]),
  kept('an absolute path', (_, path) => path),
  kept('a relative path', (_, path) => `../${path.slice(1)}`),
  kept('a host in capitals', ({ home }, path) => `HTTPS://INFLUX.TEST:${port(home)}${path}`),
  kept('a port with leading zeros', ({ home }, path) => `https://influx.test:0${port(home)}${path}`),
  kept('a host with percent-encoding', ({ home }, path) => `https://influx%2Etest:${port(home)}${path}`),
  kept('a protocol-relative URL of the same host', ({ home }, path) => `//influx.test:${port(home)}${path}`),
  kept(
    'an internationalised host in its other form',
    ({ home }, path) => `https://xn--bcher-kva.test:${port(home)}${path}`,
    {
      bound: ({ at }) => [at('bücher.test')],
    },
  ),
  kept('an IPv4 address in its other form', ({ home }, path) => `https://0x7f.1:${port(home)}${path}`, {
    bound: ({ home }) => [`https://127.0.0.1:${port(home)}`],
  }),
  kept(
    'an IPv6 address in its other form',
    ({ six = '' }, path) => `https://[0:0:0:0:0:0:0:1]:${port(six)}${path}`,
    {
      bound: ({ six = '' }) => [six],
      six: true,
    },
  ),
  kept(
    'another origin that it is bound to as well',
    to((network) => network.otherPort),
    {
      bound: ({ home, otherPort }) => [home, otherPort],
    },
  ),
  dropped(
    'another port',
    to((network) => network.otherPort),
  ),
  dropped(
    'https to http, even on the same host',
    to((network) => network.plain),
  ),
  dropped(
    'https to http, even when it is bound to both',
    to((network) => network.loopback),
    {
      bound: ({ home, loopback }) => [home, loopback],
    },
  ),
  dropped('http to https', home, { bound: ({ loopback }) => [loopback] }),
  dropped(
    'a sub-domain',
    to(({ at }) => at('eu.influx.test')),
  ),
  dropped('the domain above', home, { bound: ({ at }) => [at('eu.influx.test')] }),
  dropped(
    'a sibling domain',
    to(({ at }) => at('us.influx.test')),
    { bound: ({ at }) => [at('eu.influx.test')] },
  ),
  dropped(
    'a host that ends alike',
    to(({ at }) => at('evilinflux.test')),
  ),
  dropped(
    'a host that begins alike',
    to(({ at }) => at('influx.test.evil.test')),
  ),
  dropped(
    'the host with a trailing dot',
    to(({ at }) => at('influx.test.')),
  ),
  dropped('localhost instead of its address', ({ home }, path) => `https://localhost:${port(home)}${path}`, {
    bound: ({ home }) => [`https://127.0.0.1:${port(home)}`],
  }),
  dropped('an IPv6 address', ({ six }, path) => `${six}${path}`, { six: true }),
  dropped('a protocol-relative URL of another host', ({ home }, path) => `//other.test:${port(home)}${path}`),
  dropped(
    'a protocol-relative URL in backslashes',
    ({ home }, path) => `\\\\other.test:${port(home)}${path}`,
  ),
  dropped('three slashes before another host', ({ home }, path) => `///other.test:${port(home)}${path}`),
  dropped('a tab that hides another host', ({ home }, path) => `/\t/other.test:${port(home)}${path}`),
  refused(
    'a user name and password',
    ({ home }, path) => `https://joe:hunter2@influx.test:${port(home)}${path}`,
  ),
  refused(
    'our host as the user name of another',
    ({ home }, path) => `https://influx.test@other.test:${port(home)}${path}`,
  ),
  refused('what is not a URL', () => 'https://'),
  refused('a port that does not exist', (_, path) => `https://influx.test:99999${path}`),
  refused('another protocol', (_, path) => `ftp://influx.test${path}`),
  refused('a data URL', () => 'data:text/plain,hello'),
  refused('a script', () => 'javascript:alert(1)'),
  {
    title: 'away and back again: A, B, A',
    hops: [
      [302, elsewhere],
      [302, home],
    ],
    carries: [true, false, false],
  },
  {
    title: 'within, away and back again: A, A, B, A',
    hops: [
      [307, home],
      [307, elsewhere],
      [307, home],
    ],
    carries: [true, true, false, false],
  },
  {
    title: 'away and on: A, B, C',
    hops: [
      [302, elsewhere],
      [302, to((network) => network.otherPort)],
    ],
    carries: [true, false, false],
  },
  {
    title: 'down to http and up again',
    hops: [
      [302, to((network) => network.plain)],
      [302, home],
    ],
    carries: [true, false, false],
  },
  ...(
    [
      [301, 'POST', 'GET', ''],
      [302, 'POST', 'GET', ''],
      [303, 'POST', 'GET', ''],
      [303, 'PUT', 'GET', ''],
      [301, 'PUT', 'PUT', 'data'],
      [307, 'POST', 'POST', 'data'],
      [308, 'POST', 'POST', 'data'],
    ] as const
  ).map(
    ([status, method, becomes, body]): RedirectScenario => ({
      title: `${status} turns ${method} into ${becomes}`,
      method,
      hops: [[status, home]],
      carries: [true, true],
      arrivesAs: { method: becomes, body },
    }),
  ),
  {
    title: '307 with a body to another host',
    method: 'POST',
    hops: [[307, elsewhere]],
    carries: [true, false],
    arrivesAs: { method: 'POST', body: 'data' },
  },
  {
    title: 'twenty in a row',
    hops: Array.from({ length: 20 }, () => [302, home] as const),
    carries: Array.from({ length: 21 }, () => true),
  },
  {
    title: 'twenty-one in a row',
    hops: Array.from({ length: 21 }, () => [302, home] as const),
    carries: Array.from({ length: 21 }, () => true),
    refused: 'ERR_REDIRECT_COUNT',
  },
]

/** Every scenario that this Node can run. Host names are those of the test network. */
export const redirectScenarios: readonly RedirectScenario[] = scenarios.filter(({ six }) => takesSix || !six)
