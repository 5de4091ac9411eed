// What a redirect makes of a request, and where it may lead.

import { expect, test } from 'vitest'
import { createAuthorizer, RedirectError, readRedirect, withAuth } from './index.ts'

const from = new URL('https://influx.example/here')

test.each([
  [301, 'GET', 'GET', false],
  [301, 'HEAD', 'HEAD', false],
  [301, 'POST', 'GET', true],
  [301, 'PUT', 'PUT', false],
  [302, 'POST', 'GET', true],
  [302, 'DELETE', 'DELETE', false],
  [303, 'GET', 'GET', false],
  [303, 'HEAD', 'HEAD', false],
  [303, 'POST', 'GET', true],
  [303, 'DELETE', 'GET', true],
  [307, 'POST', 'POST', false],
  [308, 'POST', 'POST', false],
])('a %i makes of %s %s', (status, method, becomes, dropsBody) => {
  expect(readRedirect(status, '/there', from, method, 0)).toMatchObject({ method: becomes, dropsBody })
})

test.each([200, 300, 304, 305, 306, 309])('a %i is no redirect', (status) => {
  expect(readRedirect(status, '/there', from, 'GET', 0)).toBeUndefined()
})

test.each([
  ['/there', false],
  ['https://influx.example:443/there', false],
  ['http://influx.example/there', true],
  ['https://influx.example:8086/there', true],
  ['//other.example/there', true],
])('to %s the origin changes: %s', (location, leavesOrigin) => {
  expect(readRedirect(302, location, from, 'GET', 0)).toMatchObject({ leavesOrigin })
})

test.each([
  // Each byte as a character, as HTTP clients give it.
  ['/%C3%BC', '/\xc3\xbc'],
  ['/%EF%BB%BF', '/\xef\xbb\xbf'],
  ['/%EF%BF%BD', '/\xfc'],
  ['/%E2%82%AC/%7F', '/\xe2\x82\xac/\x7f'],
  // As text: no byte is such a character.
  ['/%C3%BC%E2%82%AC', '/ü€'],
  ['/a~%20b', '/a~ b'],
])('the path %s is where a Location says so', (path, location) => {
  expect(readRedirect(302, location, from, 'GET', 0)?.url.pathname).toBe(path)
})

test('a byte order mark is one of a Location’s bytes', () => {
  expect(readRedirect(302, '\xef\xbb\xbfx', from, 'GET', 0)?.url.pathname).toBe('/%EF%BB%BFx')
})

test.each(['https://joe@other.example/', 'https://:s3cret@other.example/', 'web+https://other.example/'])(
  'to %s is refused',
  (location) => {
    const follow = () => readRedirect(302, location, from, 'GET', 0)
    expect(follow).toThrow(RedirectError)
    expect(follow).toThrow(expect.objectContaining({ code: 'ERR_REDIRECT_LOCATION' }))
  },
)

test('as many are followed as may be, and 20 where nothing is said', () => {
  for (const [redirects, most] of [
    [19, undefined],
    [4, 5],
  ] as const) {
    expect(readRedirect(302, '/', from, 'GET', redirects, most)).toBeDefined()
    expect(() => readRedirect(302, '/', from, 'GET', redirects + 1, most)).toThrow(
      expect.objectContaining({ code: 'ERR_REDIRECT_COUNT' }),
    )
  }
  expect(() => readRedirect(302, '/', from, 'GET', 0, 0)).toThrow(
    expect.objectContaining({ code: 'ERR_REDIRECT_COUNT' }),
  )
})

test('all that describes a body goes with the body, and nothing else', async () => {
  const sent: [string, string[]][] = []
  const send = async (_: string, { method, headers }: RequestInit) => {
    sent.push([method ?? '', Object.keys(headers ?? {})])
    return new Response(null, { status: sent.length === 1 ? 303 : 200, headers: { location: '/there' } })
  }
  const request = withAuth(send as typeof fetch, createAuthorizer({ origin: from.origin, credentials: 'x' }))
  const body = [
    'Content-Encoding',
    'Content-Language',
    'Content-Location',
    'Content-Type',
    'Content-Length',
    'Transfer-Encoding',
    'Trailer',
    'Expect',
  ]
  const rest = ['Accept', 'Accept-Encoding', 'Content-Disposition', 'X-Mine']
  const headers = Object.fromEntries([...body, ...rest].map((name) => [name, 'x']))
  await request(from, { method: 'POST', body: 'x', headers })
  expect(sent).toEqual([
    ['POST', [...body, ...rest, 'authorization']],
    ['GET', [...rest, 'authorization']],
  ])
})
