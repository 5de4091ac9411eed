// Each product is asked what its row of the table says.

import { influxApi, type Product, type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { describe, expect, test } from 'vitest'
import { pathToTry, verify, whyUnknown } from './verify.ts'

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
