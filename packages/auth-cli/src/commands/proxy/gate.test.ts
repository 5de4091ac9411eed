// Who may pass, asked of what no socket of a test comes by.

import { expect, test } from 'vitest'
import { refuse } from './gate.ts'

const KEY = 'a-key-of-this-proxy'
const ask = (host: string, more: Record<string, string> = {}, port = 8087, query = '') => {
  const headers: Record<string, string> = { host, authorization: `Token ${KEY}`, ...more }
  const rawHeaders = Object.entries(headers).flat()
  const request = { method: 'GET', headers, rawHeaders } as Partial<Parameters<typeof refuse>[0]>
  return refuse(request as Parameters<typeof refuse>[0], {
    key: KEY,
    port,
    query: new URLSearchParams(query),
  })?.status
}

test.each([
  ['127.0.0.1:8087', 8087, undefined],
  ['LocalHost:8087', 8087, undefined],
  ['127.0.0.1', 8087, 421],
  ['localhost:80', 8087, 421],
  ['', 8087, 421],
  // Clients leave out the port of http.
  ['127.0.0.1', 80, undefined],
  ['localhost', 80, undefined],
  ['localhost:80', 80, undefined],
  ['evil.example', 80, 421],
])('the host %j at port %i', (host, port, status) => {
  expect(ask(host, {}, port)).toBe(status)
})

test('a header Host that comes twice, or does not come, is none of ours', () => {
  const headers = { host: 'localhost:8087', authorization: `Token ${KEY}` }
  const options = { key: KEY, port: 8087, query: new URLSearchParams() }
  for (const rawHeaders of [
    ['Host', 'localhost:8087', 'HOST', 'evil.example'],
    [],
    // A value is no name.
    ['x-name', 'host'],
  ])
    expect(refuse({ method: 'GET', headers, rawHeaders } as never, options)?.status).toBe(421)
})

test.each<[string, Record<string, string>, number | undefined]>([
  ['that somebody typed', { 'sec-fetch-site': 'none' }, undefined],
  ['of a page at the same address', { 'sec-fetch-site': 'same-origin' }, 403],
  ['of a page whose origin is empty', { origin: '' }, 403],
])('a request %s', (_, headers, status) => {
  expect(ask('localhost:8087', headers)).toBe(status)
})

test('a key in the address does not make up for another in the header', () => {
  expect(ask('localhost:8087', { authorization: 'Token other' }, 8087, `p=${KEY}`)).toBe(401)
  expect(ask('localhost:8087', { authorization: 'none' }, 8087, `p=${KEY}`)).toBe(401)
  expect(ask('localhost:8087', { authorization: `Basic ${btoa(`:${KEY}`)}` })).toBeUndefined()
})
