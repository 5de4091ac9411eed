// Which server a credential is for, and where a path below it leads.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { authFetch, fromEnv, hostFromEnv, resolveUrl } from '../index.ts'

test.each([
  ['http://h:8086', '/api/v2/buckets', 'http://h:8086/api/v2/buckets'],
  ['http://h:8086/', 'api/v2/buckets?org=x', 'http://h:8086/api/v2/buckets?org=x'],
  ['http://h/influx', '/api/v2/buckets', 'http://h/influx/api/v2/buckets'],
  ['http://h/influx/', '/api/v2/buckets', 'http://h/influx/api/v2/buckets'],
  ['https://h/a/b', '', 'https://h/a/b/'],
  ['https://h/a', '?q=/../x', 'https://h/a/?q=/../x'],
  ['https://h/a', 'b/../c', 'https://h/a/c'],
  ['https://h/a', 'http://other/x', 'http://other/x'],
  ['https://h/a', 'HTTP://other/x', 'HTTP://other/x'],
  ['https://h/a', '/b?from=http://other/x', 'https://h/a/b?from=http://other/x'],
])('below %s, %s is at %s', (host, path, url) => {
  expect(resolveUrl(host, path)).toBe(url)
})

test('a path never leads to another server', () => {
  const paths = ['//other/x', '\\\\other\\x', '/\\other/x', '\t//other/x', '@other/x', ':80/x', 'http:/other']
  for (const host of ['http://h:8086', 'http://h:8086/influx', 'http://h:8086/influx/']) {
    for (const path of paths) {
      expect(resolveUrl(host, path)).toMatch(/^http:\/\/h:8086\//)
      expect(new URL(resolveUrl(host, path)).origin).toBe('http://h:8086')
    }
  }
})

test('a path never leads out of the server’s own path', () => {
  for (const path of ['/../x', '..', '/a/../../x', '/%2e%2e/x']) {
    expect(() => resolveUrl('http://h/influx', path)).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_URL', message: expect.stringContaining('/influx') }),
    )
  }
  for (const host of ['localhost:8086', 'localhost', 'xhttp://h', 'httpx://h']) {
    expect(() => resolveUrl(host, '/x')).toThrow(expect.objectContaining({ code: 'ERR_TARGET_URL' }))
  }
})

test('the server is told without a credential', async () => {
  expect(await hostFromEnv({ env: {} })).toBeUndefined()
  expect(await hostFromEnv({ env: { INFLUXDB3_HOST_URL: 'http://h/x' } })).toEqual({
    host: 'http://h/x',
    origin: 'http://h',
    source: 'INFLUXDB3_HOST_URL',
  })
  await expect(hostFromEnv({ env: { INFLUX_HOST: ' ' } })).rejects.toMatchObject({
    code: 'ERR_SOURCE_INVALID',
  })
})

test.each([
  ['https://s3cret@h', 'user name or password'],
  ['https://:s3cret@h', 'user name or password'],
  ['https://u:s3cret@h/influx', 'user name or password'],
  ['https://h/?token=s3cret', 'first ? or #'],
  ['https://h/#s3cret', 'first ? or #'],
  ['s3cret:8086', 'does not start with https://'],
  ['ftp://s3cret', 'does not start with https://'],
  ['ftp://s3cret/https://h', 'does not start with https://'],
  ['https://s3 cret', 'is not a URL'],
])('a server is named by its URL alone: %s', async (host, why) => {
  for (const named of [hostFromEnv, (options: object) => fromEnv(options).find()]) {
    const error = await named({ env: { INFLUX_TOKEN: 't', INFLUX_HOST: host } }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_SOURCE_INVALID', message: expect.stringContaining(why) })
    expect(error.message).not.toMatch(/s3 ?cret/)
  }
})

test.each([
  ['https://h:8086/influx', 'https://h:8086', true],
  ['https://H:443', 'https://h', true],
  ['HTTPS://H:443', 'https://h', true],
  ['https://h:8086', 'http://h:8086', false],
  ['http://h:8086', 'https://h:8086', false],
  ['https://h:8086', 'https://h:8087', false],
  ['https://h', 'https://h:8086', false],
  ['https://h', 'https://a.h', false],
  ['https://a.h', 'https://h', false],
])('a credential for %s is given to %s: %s', async (host, origin, isGiven) => {
  const given = fromEnv({ env: { INFLUX_TOKEN: 't', INFLUX_HOST: host } }).get({ origin })
  if (isGiven) expect(await given).toEqual({ scheme: 'token', token: 't' })
  else await expect(given).rejects.toMatchObject({ code: 'ERR_SOURCE_ABSENT' })
})

test('the path of INFLUX_HOST is kept, and its credential goes below it', async () => {
  const received: string[] = []
  const server = createServer((request, response) => {
    received.push(`${request.headers.authorization} ${request.url}`)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}/influx`
  const credentials = fromEnv({ env: { INFLUX_TOKEN: 't', INFLUX_HOST: host } })
  const { origin = '', host: found = '' } = await credentials.find()
  const fetch = authFetch({ origin, credentials })
  await fetch(resolveUrl(found, '/api/v2/buckets'))
  expect(received).toEqual(['Token t /influx/api/v2/buckets'])
  server.close()
})
