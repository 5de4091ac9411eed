// Each product is asked what its row of the table says.

import {
  InfluxError,
  influxApi,
  operator,
  type Product,
  type ProductName,
  products,
} from '@fluxauth/auth-core/influxdb'
import { describe, expect, test } from 'vitest'
import { findPermissions, isOperator, pathToTry, verify, whyUnknown } from './verify.ts'

const all = Object.entries(products) as [ProductName, Product][]

/** A server that answers each request so, and what it was asked. */
function answering(status: number, body: unknown) {
  const asked: string[] = []
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url).slice('http://localhost:8086'.length))
    const headers = { 'content-type': 'application/json' }
    return new Response(JSON.stringify(body), { status, headers })
  }
  const influx = influxApi({ url: 'http://localhost:8086', credentials: 'a-token', fetch })
  return { influx, asked }
}

describe.each(all)('%s', (product, { title, api }) => {
  const tries = pathToTry(product)

  test('is tried as the table says, or not at all', async () => {
    const { influx, asked } = answering(200, { id: '0000000000000001', name: 'zoe' })
    const verdict = await verify({ influx, product })
    expect(asked).toEqual(tries === undefined ? [] : [tries])
    expect(verdict.state).toBe(tries === undefined ? 'not-checked' : 'good')
    if (tries === undefined) expect(verdict.why).toContain(title)
  })

  test('why it is not known what a token may do is said where there are authorizations', async () => {
    const { influx } = answering(200, { id: '1', name: 'zoe', authorizations: [] })
    const why = await whyUnknown({ influx, product })
    expect(why !== undefined).toBe(api.session)
  })
})

test('what is looked after by influxctl alone is not tried, and all else is', () => {
  const untried = all.filter(([product]) => pathToTry(product) === undefined).map(([product]) => product)
  expect(untried).toEqual(['cloud-dedicated', 'clustered'])
})

test.each(all.filter(([product]) => pathToTry(product) !== undefined))(
  '%s says what it does not take',
  async (product) => {
    const { influx } = answering(401, { code: 'unauthorized', message: 'unauthorized access' })
    expect((await verify({ influx, product })).state).toBe('unknown')
  },
)

const inactive = 'token is inactive'
test.each<[ProductName | undefined, number, string, string]>([
  ['v2', 403, 'User is inactive', 'user-inactive'],
  ['v2', 401, inactive, 'inactive'],
  ['v2', 404, 'not found', 'thrown'],
  ['v2', 429, 'slowly', 'thrown'],
  ['v1', 403, 'not authorized', 'good'],
  ['v3', 403, '', 'good'],
  ['v1', 404, 'not found', 'thrown'],
  ['v3', 503, 'not now', 'thrown'],
  [undefined, 200, '', 'good'],
  [undefined, 401, 'unauthorized access', 'unknown'],
  [undefined, 401, inactive, 'inactive'],
  [undefined, 403, 'User is inactive', 'user-inactive'],
  // Whoever does not say what it is may have nothing of the kind there; and may be unable to say anything now.
  [undefined, 404, 'not found', 'not-checked'],
  [undefined, 400, 'bad request', 'not-checked'],
  [undefined, 429, 'slowly', 'thrown'],
  [undefined, 500, 'not now', 'thrown'],
])('of %s the answer %i (%s) means: %s', async (product, status, message, state) => {
  const { influx } = answering(status, { code: 'x', message, id: '0000000000000001', name: 'zoe' })
  const outcome = await verify({ influx, product }).catch((error: unknown) => error)
  if (state === 'thrown') expect(outcome).toBeInstanceOf(InfluxError)
  else expect(outcome).toMatchObject({ state })
  if (state === 'not-checked') expect(outcome).toMatchObject({ why: expect.stringContaining('does not say') })
})

test.each([undefined, ...all.map(([product]) => product)])('no answer says nothing: %s', async (product) => {
  const fetch = () => Promise.reject(new TypeError('fetch failed'))
  const influx = influxApi({ url: 'http://localhost:8086', credentials: 'a-token', fetch })
  const outcome = await verify({ influx, product }).catch((error: unknown) => error)
  if (product !== undefined && pathToTry(product) === undefined)
    expect(outcome).toMatchObject({ state: 'not-checked' })
  else expect(outcome).toBeInstanceOf(InfluxError)
})

describe('what a token may do', () => {
  const token = (index: number, more: object = {}) => ({
    id: `000000000000000${index}`,
    status: 'active',
    description: '',
    permissions: [{ action: 'read', resource: { type: 'buckets' } }],
    ...more,
  })
  /** InfluxDB 2 with these authorizations; or one that does not show them, or goes away as it is asked for them. */
  function having(tokens: readonly object[], otherwise?: number | Error) {
    const fetch = async (url: string | URL | Request) => {
      const { pathname } = new URL(String(url))
      const isOfTokens = pathname.includes('authorizations')
      if (isOfTokens && otherwise instanceof Error) throw otherwise
      const status = isOfTokens ? (otherwise ?? 200) : 200
      const one = tokens.find((each) => pathname.endsWith((each as { readonly id: string }).id))
      const body = isOfTokens ? (one ?? { authorizations: tokens }) : { id: '0000000000000009', name: 'zoe' }
      return new Response(JSON.stringify(body), {
        status: status as number,
        headers: { 'content-type': 'application/json' },
      })
    }
    return influxApi({ url: 'http://localhost:8086', credentials: 'a-token', fetch })
  }

  test('is found by its value, or by its id', async () => {
    const influx = having([
      token(1, { token: 'other' }),
      token(2, { token: 'a-token', permissions: operator() }),
    ])
    const found = await findPermissions(influx, undefined)
    expect(found).toMatchObject({ authorization: { id: token(2).id }, isOperator: true })
    expect(await findPermissions(influx, token(1).id)).toMatchObject({
      authorization: { id: token(1).id },
      isOperator: false,
      words: [expect.stringContaining('read')],
    })
    expect(await findPermissions(having([token(1, { token: 'other' })]), undefined)).toBeUndefined()
    expect(await findPermissions(influx.as({ scheme: 'token', token: 'none' }), undefined)).toBeUndefined()
  })

  test('is not known where it may not be read, and why is said', async () => {
    const product = 'v2'
    for (const [tokens, otherwise, why] of [
      [[token(1)], undefined, 'shows no value of a token'],
      [[token(1), token(2, { token: 'other' })], undefined, 'may not read what it is'],
      [[], undefined, 'may not read what it is'],
      [[], 401, 'may not read what it is'],
    ] as const) {
      const influx = having(tokens, otherwise)
      expect(await findPermissions(influx, undefined)).toBeUndefined()
      expect(await whyUnknown({ influx, product })).toContain(why)
    }
    const { influx } = answering(401, { message: inactive })
    expect(await whyUnknown({ influx, product })).toBe('the token is inactive')
  })

  test('is that of an operator where nothing of it is for one organization alone, and nothing lacks', () => {
    expect(isOperator(operator())).toBe(true)
    expect(isOperator(operator().slice(1))).toBe(false)
    expect(isOperator([])).toBe(false)
    const [first, ...rest] = operator()
    for (const of of [{ orgID: '0000000000000001' }, { id: '0000000000000001' }])
      expect(isOperator(first ? [{ ...first, resource: { ...first.resource, ...of } }, ...rest] : [])).toBe(
        false,
      )
    // Of one that may more than that, too.
    expect(isOperator([...operator(), { action: 'read', resource: { type: 'buckets', orgID: '1' } }])).toBe(
      true,
    )
  })
})
