// Which product answers, by what each was seen, or is documented, to say.

import { expect, test } from 'vitest'
import { detectProduct } from './index.ts'
import { fakeFetch, type Reply, UNAUTHORIZED } from './testing/fake-fetch.ts'

const PAGE: Reply = [200, '<!doctype html><title>InfluxDB</title>', { 'content-type': 'text/html' }]
const ping = (status: number, version?: string, body?: unknown): Reply => [
  status,
  body,
  version === undefined ? {} : { 'x-influxdb-version': version },
]

function ask(setup: Reply, pinged: Reply, url = 'http://127.0.0.1:8086') {
  const fetch = fakeFetch(({ path }) => (path.endsWith('/setup') ? setup : pinged))
  return { fetch, found: detectProduct(url, { fetch, allowInsecure: true }) }
}

test.each<[string, Reply, Reply, object]>([
  [
    '2.8.0 that is set up',
    [200, { allowed: false }],
    ping(204, 'v2.8.0'),
    { product: 'v2', sure: 'certain', version: 'v2.8.0' },
  ],
  [
    'one that is not',
    [200, { allowed: true }],
    ping(204, 'dev'),
    { product: 'v2', sure: 'certain', version: 'dev' },
  ],
  ['2.x that hides its version', [200, { allowed: false }], ping(204), { product: 'v2', sure: 'certain' }],
  ['2.1, which says all twice', [404], ping(204, '2.1.1, 2.1.1'), { product: 'v2', sure: 'certain' }],
  ['1.6.7', [404, '404 page not found\n'], ping(204, '1.6.7~rc0'), { product: 'v1', sure: 'certain' }],
  ['1.8', [404, '404 page not found\n'], ping(204, 'v1.8.10'), { product: 'v1', sure: 'certain' }],
  [
    '3 Core',
    [404],
    ping(200, '3.9.2', { version: '3.9.2', revision: 'abc' }),
    { product: 'v3', sure: 'certain', version: '3.9.2' },
  ],
  [
    '3, in its body alone',
    [404],
    ping(200, undefined, { version: '3.9.2' }),
    { product: 'v3', sure: 'certain' },
  ],
  ['3 Enterprise, which wants a token', [401], ping(401), { product: undefined, sure: 'no' }],
  ['a page for everything', PAGE, PAGE, { product: undefined, sure: 'no' }],
  ['JSON of another kind', [200, { allowed: 'yes' }], [200, '[]'], { product: undefined, sure: 'no' }],
  ['a proxy with a sign-in of its own', UNAUTHORIZED, UNAUTHORIZED, { product: undefined, sure: 'no' }],
])('%s', async (_, setup, pinged, found) => {
  const { fetch, found: finding } = ask(setup, pinged)
  expect(await finding).toMatchObject({ ...found, why: expect.any(String) })
  expect(fetch.sent.map(({ path }) => path)).toEqual(['/api/v2/setup', '/ping'])
  expect(fetch.sent.some(({ headers }) => 'authorization' in headers || 'cookie' in headers)).toBe(false)
})

test.each([
  ['https://us-east-1-1.aws.cloud2.influxdata.com', 'cloud-serverless'],
  ['https://eu-central-1-1.aws.cloud2.influxdata.com', 'cloud-serverless'],
  ['https://us-west-2-1.aws.cloud2.influxdata.com', 'cloud-tsm'],
  ['https://cluster-id.a.influxdb.io', 'cloud-dedicated'],
])('%s is told by its name, whatever it answers', async (url, product) => {
  expect(await ask([200, { allowed: false }], ping(204, ''), url).found).toMatchObject({
    product,
    sure: 'likely',
  })
})

test('a name that only looks like it is none of these', async () => {
  for (const url of ['https://us-east-1-1.aws.cloud2.influxdata.com.evil.example', 'https://evilinfluxdb.io'])
    expect((await ask([404], ping(404), url).found).product).toBeUndefined()
})

test('the path of the url is kept', async () => {
  const { fetch, found } = ask([200, { allowed: false }], ping(204, '2.7.12'), 'http://127.0.0.1:8086/influx')
  await found
  expect(fetch.sent.map(({ path }) => path)).toEqual(['/influx/api/v2/setup', '/influx/ping'])
})

test('no credential goes along, whatever options it is given', async () => {
  const fetch = fakeFetch(() => [200, { allowed: false }])
  const options = { fetch, credentials: 's3cret' }
  expect(await detectProduct('http://127.0.0.1:8086', options)).toMatchObject({ product: 'v2' })
  expect(fetch.sent.some(({ headers }) => 'authorization' in headers)).toBe(false)
})

test('where nothing answers it throws, and where one of both does it does not', async () => {
  const none = fakeFetch(() => Promise.reject(new TypeError('fetch failed')))
  await expect(detectProduct('http://127.0.0.1:1', { fetch: none })).rejects.toMatchObject({
    code: 'ERR_INFLUX_UNREACHABLE',
  })
  // As in a page of another origin, where v1 lets nobody read it.
  const half = fakeFetch(({ path }) =>
    path === '/ping' ? ping(204, '1.6.7') : Promise.reject(new TypeError()),
  )
  expect(await detectProduct('http://127.0.0.1:1', { fetch: half })).toMatchObject({ product: 'v1' })
})
