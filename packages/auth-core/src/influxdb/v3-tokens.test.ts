// Tokens of InfluxDB 3, as its documentation has requests and answers.

import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { influxApi, v3Tokens } from './index.ts'
import { fakeFetch, type Reply, URL_OF_FAKE as url } from './testing/fake-fetch.ts'

const VALUE = 'apiv3_0xxmEoo123s3cret'
const MADE = {
  id: 1,
  name: 'reader',
  token: VALUE,
  hash: 'abc',
  created_at: '2026-04-20T11:26:19.123Z',
  expiry: null,
}

function connect(reply: Reply) {
  const fetch = fakeFetch(() => reply)
  return { fetch, influx: influxApi({ url, fetch, credentials: { scheme: 'bearer', token: 'apiv3_own' } }) }
}

test('a named token is made, and its value is there and not shown', async () => {
  const { influx, fetch } = connect([201, MADE])
  const made = await v3Tokens.create(influx, { name: 'reader', expiresIn: 3600 })
  expect(made.token).toBe(VALUE)
  expect({ ...made }).toEqual({ name: 'reader', createdAt: MADE.created_at, expiry: undefined })
  expect(inspect(made, { showHidden: true }) + JSON.stringify(made)).not.toContain(VALUE)
  expect(fetch.sent[0]).toMatchObject({
    method: 'POST',
    path: '/api/v3/configure/token/named_admin',
    body: { token_name: 'reader', expiry_secs: 3600 },
    headers: { authorization: 'Bearer apiv3_own' },
  })
  await v3Tokens.create(influx, { name: 'reader' })
  expect(fetch.sent[1]?.body).toEqual({ token_name: 'reader' })
  await v3Tokens.create(influx, { name: 'reader', expiresIn: 1 })
  expect(fetch.sent[2]?.body).toEqual({ token_name: 'reader', expiry_secs: 1 })
  const ending = connect([201, { ...MADE, created_at: null, expiry: '2026-04-20T12:26:19.123Z' }])
  const made2 = await v3Tokens.create(ending.influx, { name: 'reader', expiresIn: 3600 })
  expect({ ...made2 }).toEqual({ name: 'reader', createdAt: undefined, expiry: '2026-04-20T12:26:19.123Z' })
})

test('an operator’s token is made and made anew, without a body', async () => {
  const { influx, fetch } = connect([201, { ...MADE, name: '_admin' }])
  expect((await v3Tokens.createOperator(influx)).name).toBe('_admin')
  expect((await v3Tokens.regenerateOperator(influx)).token).toBe(VALUE)
  expect(fetch.sent.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/api/v3/configure/token/admin', undefined],
    ['POST', '/api/v3/configure/token/admin/regenerate', undefined],
  ])
})

test('a token is deleted by its name, whatever is in it', async () => {
  const { influx, fetch } = connect([200])
  await v3Tokens.delete(influx, 'a & b?')
  expect(fetch.sent[0]).toMatchObject({
    method: 'DELETE',
    path: '/api/v3/configure/token?token_name=a%20%26%20b%3F',
  })
  await expect(v3Tokens.delete(influx, '')).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
  expect(fetch.sent).toHaveLength(1)
  const gone = connect([404, { error: 'token not found' }]).influx
  await expect(v3Tokens.delete(gone, 'reader')).rejects.toMatchObject({ reason: 'not-found' })
})

test.each<[Reply, object]>([
  [[401], { reason: 'credential' }],
  [[404, { error: 'token not found' }], { reason: 'not-found' }],
  [[409, { error: 'token name already exists' }], { reason: 'conflict' }],
  [[201, { name: 'x' }], { code: 'ERR_INFLUX_ANSWER', status: 201 }],
  [[201, { token: VALUE }], { code: 'ERR_INFLUX_ANSWER' }],
  [[201], { code: 'ERR_INFLUX_ANSWER' }],
])('%j is told', async (reply, error) => {
  await expect(v3Tokens.create(connect(reply).influx, { name: 'reader' })).rejects.toMatchObject(error)
})

test.each([
  {},
  { name: '' },
  { name: undefined },
  { name: 'x', expiresIn: 0 },
  { name: 'x', expiresIn: 1.5 },
  { name: 'x', expiry: 5 },
])('%j is refused before it is sent', async (token) => {
  const { influx, fetch } = connect([201, MADE])
  await expect(v3Tokens.create(influx, token as never)).rejects.toMatchObject({ name: 'OptionsError' })
  expect(fetch.sent).toHaveLength(0)
})
