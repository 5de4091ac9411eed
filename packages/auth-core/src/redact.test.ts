// No secret is left in what was redacted, and all else is as it was.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactAuthorization, redactHeaders, redactUrl } from './index.ts'

test.each([
  ['Basic s3cret', 'Basic [redacted]'],
  ['token s3cret', 'token [redacted]'],
  ['Bearer  s3cret', 'Bearer [redacted]'],
  ['Digest username="s3cret"', 'Digest [redacted]'],
  ['s3cret', '[redacted]'],
  ['s3cret more', '[redacted]'],
  ['', '[redacted]'],
])('redactAuthorization(%j) is %j', (value, expected) => {
  expect(redactAuthorization(value)).toBe(expected)
})

describe('redactHeaders', () => {
  const secret = {
    Authorization: 'Token s3cret',
    'proxy-authorization': 'Basic s3cret',
    Cookie: 'a=s3cret; b=s3cret;s3cret',
    'set-cookie': 'id=s3cret; Path=/api/; HttpOnly',
    'X-Auth-Token': 's3cret',
    'x-api-key': 's3cret',
    'X-Amz-Security-Token': 's3cret',
    Location: 'https://u:s3cret@h/?token=s3cret',
    Referer: '/query?p=s3cret',
    Accept: '*/*',
  }
  const redacted = {
    Authorization: 'Token [redacted]',
    'proxy-authorization': 'Basic [redacted]',
    Cookie: 'a=[redacted]; b=[redacted];[redacted]',
    'set-cookie': 'id=[redacted]; Path=/api/; HttpOnly',
    'X-Auth-Token': '[redacted]',
    'x-api-key': '[redacted]',
    'X-Amz-Security-Token': '[redacted]',
    Location: 'https://[redacted]@h/?token=[redacted]',
    Referer: '/query?p=[redacted]',
    Accept: '*/*',
  }

  test('takes and gives an object, Headers, a Map, pairs and rawHeaders', () => {
    const before = structuredClone(secret)
    expect(redactHeaders(secret)).toEqual(redacted)
    expect(secret).toEqual(before)
    expect(redactHeaders(Object.entries(secret))).toEqual(Object.entries(redacted))
    expect(redactHeaders(new Map(Object.entries(secret)))).toEqual(new Map(Object.entries(redacted)))
    expect(redactHeaders(Object.entries(secret).flat())).toEqual(Object.entries(redacted).flat())
    const headers = redactHeaders(new Headers(secret))
    expect(headers).toBeInstanceOf(Headers)
    expect([...headers]).toEqual([...new Headers(redacted)])
  })

  test('takes several values, numbers and none', () => {
    const headers = {
      'set-cookie': ['a=s3cret; Secure', 'b=s3cret'],
      'content-length': 5,
      'x-none': undefined,
    }
    expect(redactHeaders(headers)).toEqual({
      'set-cookie': ['a=[redacted]; Secure', 'b=[redacted]'],
      'content-length': 5,
      'x-none': undefined,
    })
    expect(redactHeaders([])).toEqual([])
    const cookies = new Headers([
      ['set-cookie', 'a=s3cret'],
      ['set-cookie', 'b=s3cret'],
    ])
    expect(redactHeaders(cookies).getSetCookie()).toEqual(['a=[redacted]', 'b=[redacted]'])
  })
})

describe('redactUrl', () => {
  test.each([
    [
      'https://h/query?u=s3cret&p=s3cret&q=SHOW+USERS#x',
      'https://h/query?u=[redacted]&p=[redacted]&q=SHOW+USERS#x',
    ],
    ['https://u:s3cret@h:8086/', 'https://[redacted]@h:8086/'],
    ['https://u@s3cret@h/', 'https://[redacted]@h/'],
    ['//s3cret@h/', '//[redacted]@h/'],
    ['https:u:s3cret@h/', 'https:[redacted]@h/'],
    ['https:\\\\u:s3cret@h/', 'https:\\\\[redacted]@h/'],
    [' ht\ntps://u:s3cret@h/', 'https://[redacted]@h/'],
    ['/query?%70=s3cret', '/query?%70=[redacted]'],
    ['/query?q=1;p=s3cret', '/query?q=1;p=[redacted]'],
    ['?\np=s3cret', '?p=[redacted]'],
    ['/x?t=s3cret&token=s3cret&P=s3cret', '/x?t=[redacted]&token=[redacted]&P=[redacted]'],
    [
      '/x?access_token=s3cret&client_secret=s3cret&password=s3cret',
      '/x?access_token=[redacted]&client_secret=[redacted]&password=[redacted]',
    ],
    ['/cb#access_token=s3cret&state=1', '/cb#access_token=[redacted]&state=1'],
    ['/x?%E0=1&p=', '/x?%E0=1&p=[redacted]'],
    ['/path/a@b?db=x', '/path/a@b?db=x'],
    ['https://h/?q=a@b', 'https://h/?q=a@b'],
  ])('of %j is %j', (url, expected) => {
    expect(redactUrl(url)).toBe(expected)
  })

  test('takes a URL, and leaves nothing of its secrets however they are written', () => {
    expect(redactUrl(new URL('https://u:s3cret@h/?p=s3cret'))).toBe('https://[redacted]@h/?p=[redacted]')
    const secret = fc.string({ minLength: 6 }).map((text) => `s3cret${encodeURIComponent(text)}`)
    fc.assert(
      fc.property(secret, fc.constantFrom('u', 'p', 't', 'token', 'access_token'), (value, name) => {
        const url = new URL(`https://${value}:${value}@h.example/a?q=1&${name}=${value}&z=2`)
        const shown = redactUrl(url)
        expect(shown).not.toContain('s3cret')
        expect(new URL(shown).searchParams.get('q')).toBe('1')
        expect(new URL(shown).searchParams.get('z')).toBe('2')
      }),
    )
  })
})
