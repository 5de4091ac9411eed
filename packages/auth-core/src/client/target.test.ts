// Which origins a credential may be bound to.

import { describe, expect, test } from 'vitest'
import { createTarget, isLoopback, TargetError } from './index.ts'

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(TargetError)
    return (error as TargetError).code
  }
}

describe('createTarget', () => {
  test.each([
    ['https://localhost:8086', 'https://localhost:8086'],
    ['https://EXAMPLE.com:443/', 'https://example.com'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://127.1:8086', 'http://127.0.0.1:8086'],
    ['http://[0:0:0:0:0:0:0:1]:8086', 'http://[::1]:8086'],
    ['http://localhost', 'http://localhost'],
  ])('normalises %s to %s', (origin, expected) => {
    expect(createTarget({ origin }).origins).toEqual([expected])
    expect(createTarget({ origin: new URL(origin) }).origins).toEqual([expected])
    expect(createTarget({ origin: { href: origin } }).origins).toEqual([expected])
  })

  test('binds to several origins and to no other', () => {
    const target = createTarget({ origin: ['https://a.example', 'https://b.example:8086'] })
    expect(target.includes(new URL('https://b.example:8086/api/v2/buckets'))).toBe(true)
    for (const other of [
      'http://a.example/',
      'https://a.example:8443/',
      'https://b.example/',
      'https://x.a.example/',
      'https://a.example./',
    ]) {
      expect(target.includes(new URL(other))).toBe(false)
    }
  })

  test.each([
    'https://*.example.com',
    '*',
    'localhost:8086',
    'ftp://example.com',
    '',
    'https://a.example/path',
    'https://a.example/?q',
    'web+https://a.example',
  ])('refuses %j, which is no origin', (origin) => {
    expect(codeOf(() => createTarget({ origin }))).toBe('ERR_TARGET_ORIGIN')
  })

  test('refuses to be bound to nothing', () => {
    expect(codeOf(() => createTarget({ origin: [] }))).toBe('ERR_TARGET_ORIGIN')
    for (const origin of [undefined, null, [undefined], [null]] as unknown as string[])
      expect(codeOf(() => createTarget({ origin }))).toBe('ERR_TARGET_ORIGIN')
  })

  test.each([
    'http://example.com',
    'http://10.0.0.1:8086',
    'http://127.0.0.1.example.com',
    'http://localhost.',
    'http://evil-localhost',
    'http://x.127.0.0.1.example',
  ])('refuses %s: plain http leaves this machine, unless the caller allows it', (origin) => {
    expect(codeOf(() => createTarget({ origin }))).toBe('ERR_TARGET_INSECURE')
    const target = createTarget({ origin, allowInsecure: true })
    expect(target).toMatchObject({ origins: [new URL(origin).origin], allowsInsecure: true })
    expect(createTarget({ origin: 'http://localhost' }).allowsInsecure).toBe(false)
  })

  test('refuses user name and password in an origin and in a URL, and does not repeat them', () => {
    const target = createTarget({ origin: 'https://a.example' })
    for (const run of [
      () => createTarget({ origin: 'https://joe:s3cret@a.example' }),
      () => createTarget({ origin: 'https://joe@a.example' }),
      () => createTarget({ origin: 'https://:s3cret@a.example' }),
      () => target.resolve('https://joe@a.example/x'),
      () => target.resolve('https://:s3cret@a.example/x'),
      () => target.resolve('https://joe:s3cret@a.example/x'),
      () => target.resolve('//joe:s3cret@a.example/x'),
    ]) {
      expect(codeOf(run)).toBe('ERR_TARGET_USERINFO')
      expect(run).not.toThrow(/joe|s3cret/)
    }
  })

  test('resolves relative URLs against the first origin', () => {
    const target = createTarget({ origin: ['https://a.example', 'https://b.example'] })
    expect(target.resolve('/api/v2/buckets?limit=1').href).toBe('https://a.example/api/v2/buckets?limit=1')
    expect(target.resolve('/x?next=https://c.example/').href).toBe(
      'https://a.example/x?next=https://c.example/',
    )
    expect(codeOf(() => target.resolve('https://'))).toBe('ERR_TARGET_URL')
    expect(codeOf(() => target.resolve('data:text/plain,x'))).toBe('ERR_TARGET_URL')
  })
})

test('isLoopback knows this machine by its addresses and its name', () => {
  for (const host of ['localhost', '127.0.0.1', '127.255.0.9', '127.255.10.99', '[::1]'])
    expect(isLoopback(host)).toBe(true)
  for (const host of [
    'localhost.example',
    'a.localhost',
    '128.0.0.1',
    '1127.0.0.1',
    '[::2]',
    '127.0.0.1.example',
    '',
  ])
    expect(isLoopback(host)).toBe(false)
})
