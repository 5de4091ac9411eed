// Buckets and organizations by their names.

import { describe, expect, test } from 'vitest'
import { buckets, influxApi, orgs } from './index.ts'
import { fakeFetch, refusal, URL_OF_FAKE as url } from './testing/fake-fetch.ts'

const all = Array.from({ length: 250 }, (_, i) => ({ id: `${i}`, name: `b${i}`, orgID: '2e', type: 'user' }))

describe('buckets.list', () => {
  test('gives all of them, however many InfluxDB gives at once', async () => {
    const fetch = fakeFetch(({ path }) => {
      const offset = Number(/offset=(\d+)/.exec(path)?.[1])
      return [200, { buckets: all.slice(offset, offset + 100) }]
    })
    expect(await buckets.list(influxApi({ url, fetch }))).toHaveLength(250)
    expect(fetch.sent.map(({ path }) => path)).toEqual(
      [0, 100, 200].map((offset) => `/api/v2/buckets?limit=100&offset=${offset}`),
    )
  })

  test('ends where a server knows no pages, and keeps to a name where it heeds none', async () => {
    const fetch = fakeFetch(() => [200, { buckets: all }])
    const influx = influxApi({ url, fetch })
    expect(await buckets.list(influx)).toHaveLength(250)
    expect(await buckets.list(influx, { name: 'b7' })).toEqual([{ id: '7', name: 'b7', orgID: '2e' }])
    expect(fetch.sent).toHaveLength(4)
  })

  test.each([{ name: '' }, { name: undefined }, { orgID: undefined }, { bucket: 'x' }])(
    'refuses %j',
    async (filters) => {
      const fetch = fakeFetch(() => [200, { buckets: [] }])
      await expect(buckets.list(influxApi({ url, fetch }), filters as object)).rejects.toMatchObject({
        name: 'OptionsError',
      })
      expect(fetch.sent).toHaveLength(0)
    },
  )
})

describe('orgs.find', () => {
  const find = (reply: Parameters<typeof fakeFetch>[0], name = 'home') =>
    orgs.find(influxApi({ url, fetch: fakeFetch(reply) }), name)

  test('gives the one of that name', async () => {
    const reply = {
      orgs: [
        { id: '1', name: 'Home' },
        { id: '2', name: 'home', description: '' },
      ],
    }
    expect(await find(() => [200, reply])).toEqual({ id: '2', name: 'home' })
  })

  test('gives nothing where there is none, or none to be seen', async () => {
    expect(await find(() => refusal(404, 'not found', 'organization name "home" not found'))).toBeUndefined()
    expect(await find(() => [200, { orgs: [] }])).toBeUndefined()
  })

  test('throws where the server says something else', async () => {
    await expect(find(() => [500])).rejects.toMatchObject({ reason: 'server' })
    for (const answer of [{}, { orgs: [null] }, { orgs: ['home'] }, { orgs: [{ name: 'home' }] }]) {
      await expect(find(() => [200, answer])).rejects.toMatchObject({ code: 'ERR_INFLUX_ANSWER' })
    }
    await expect(find(() => [200, { orgs: [] }], '')).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
  })
})
