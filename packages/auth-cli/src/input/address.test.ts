// What is taken for an address, and what is made of that of a server.

import { describe, expect, test } from 'vitest'
import { UsageError } from '../output/errors.ts'
import { isAddress, parseAddress, readAddress, readServerAddress } from './address.ts'

test.each([
  ['http://localhost:8086', 'http://localhost:8086'],
  ['HTTP://LocalHost:8086/', 'http://localhost:8086'],
  ['https://influx.example:443//', 'https://influx.example'],
  ['https://influx.example/a/influx/', 'https://influx.example/a/influx'],
  ['http://[::1]:8086', 'http://[::1]:8086'],
])('the server of %s is %s', (given, url) => {
  expect(readServerAddress(given)).toBe(url)
})

describe('no address of a server is', () => {
  test.each([
    '',
    'localhost:8086',
    ' http://localhost:8086',
    'ftp://localhost',
    'file:///etc/passwd',
    'x-http://localhost',
    'http://',
    'http://[::1',
    'http://zoe@localhost:8086',
    'http://:s3cret@localhost:8086',
    'http://localhost:8086/?token=s3cret',
    'http://localhost:8086/#s3cret',
    // What is put below would be no path.
    'http://localhost:8086/?',
    'http://localhost:8086/#',
    'http://localhost:8086/influx?#',
  ])('%j', (given) => {
    const read = () => readServerAddress(given)
    expect(read).toThrow(UsageError)
    expect(read).not.toThrow('s3cret')
  })
})

test('an address to be called may have all of that but a user name, which is told apart by whoever wants to', () => {
  expect(readAddress('http://localhost:8086/query?q=x#y').href).toBe('http://localhost:8086/query?q=x#y')
  expect(() => readAddress('http://zoe@localhost')).toThrow('--user')
  expect(parseAddress('http://zoe@localhost').username).toBe('zoe')
})

test.each([
  ['localhost:8086', true],
  ['LocalHost:8086', true],
  ['influx.example/api/v2/me', true],
  ['http://x', true],
  ['[::1]:8086/x', true],
  ['/api/v2/me', false],
  ['api/v2/me?name=a.b:c', false],
  ['?a.b', false],
  ['#a.b', false],
  ['\\a.b', false],
  ['localhost', false],
])('%j is written as an address: %s', (text, is) => {
  expect(isAddress(text)).toBe(is)
})
