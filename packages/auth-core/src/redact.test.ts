// No secret is left in what was redacted, and all else is as it was.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSecretName, redactAuthorization, redactHeaders, redactUrl } from './index.ts'

test.each([
  ['Basic s3cret', 'Basic [redacted]'],
  ['token s3cret', 'token [redacted]'],
  ['Bearer  s3cret', 'Bearer [redacted]'],
  ['Digest username="s3cret"', 'Digest [redacted]'],
  ['Negotiate s3cret', 'Negotiate [redacted]'],
  ['NTLM s3cret', 'NTLM [redacted]'],
  ['DPoP s3cret', 'DPoP [redacted]'],
  ['s3cret Basic s3cret', '[redacted]'],
  ['s3cret', '[redacted]'],
  ['s3cret more', '[redacted]'],
  ['', '[redacted]'],
])('redactAuthorization(%j) is %j', (value, expected) => {
  expect(redactAuthorization(value)).toBe(expected)
})

describe('isSecretName', () => {
  const secret =
    'Authorization Cookie Set-Cookie X-Auth-Token X-Api-Key PRIVATE-TOKEN DD-API-KEY access_token accessToken client-secret clientSecret ' +
    'authtoken token[] auth jwt user[password] APIKey XAPIKey passwd pwd db_pwd sessionId session-id PHPSESSID JSESSIONID X-Amz-Signature ' +
    'X-Amz-Credential sig oauth_token id_token_hint token2 passphrase credentials apikeys key X-Original-Authorization csrftoken X-CSRF _xsrf ' +
    'Access-Token Access-Key X-Access-Cookie accesskey privatekey db-pass x-certs x-session x-sid bearer X-Authentication-Data'
  const open =
    'Keep-Alive Cache-Control monkey X-Author keyboard Authority authorizations WWW-Authenticate Access-Control-Allow-Credentials tokenizer ' +
    'secretary Content-Type bucket org orgID q db precision state Date ETag Accept turkey compass passage signal design sidecar assignment broken rookie glasswork processid'

  test.each(secret.split(' '))('says that %s is one', (name) => {
    for (const spelling of [name, name.toUpperCase(), name.toLowerCase()])
      if (spelling === name || !/[a-z][A-Z]/.test(name)) expect(isSecretName(spelling)).toBe(true)
    expect(redactHeaders({ [name]: 's3cret' })[name]).not.toContain('s3cret')
    expect(redactUrl(`/x?${encodeURIComponent(name)}=s3cret`)).not.toContain('s3cret')
  })

  test.each(open.split(' '))('says that %s is none', (name) => {
    for (const spelling of [name, name.toUpperCase(), name.toLowerCase()])
      expect(isSecretName(spelling)).toBe(false)
    expect(redactHeaders({ [name]: 'shown' })).toEqual({ [name]: 'shown' })
    expect(redactUrl(`/x?${name}=shown`)).toBe(`/x?${name}=shown`)
  })

  test('finds a word behind capitals', () => {
    for (const name of ['DBPass', 'URLAuth', 'HTTPSession', 'ABZKey']) expect(isSecretName(name)).toBe(true)
  })

  test('finds a word among others, however they are put together', () => {
    const word = fc.constantFrom(
      'token',
      'secret',
      'password',
      'passwd',
      'pwd',
      'key',
      'auth',
      'session',
      'cookie',
      'jwt',
    )
    const other = fc.constantFrom('x', 'my', 'request', 'id', 'author', 'monkey', 'keyboard', 'control')
    const join = fc.constantFrom('-', '_', '.', '[', 'camel')
    fc.assert(
      fc.property(
        fc.array(other, { maxLength: 3 }),
        word,
        fc.array(other, { maxLength: 3 }),
        join,
        (before, found, after, by) => {
          const put = (words: string[]) =>
            by === 'camel'
              ? words.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')
              : words.join(by)
          expect(isSecretName(put([...before, found, ...after]))).toBe(true)
          expect(isSecretName(put([...before, ...after]))).toBe(false)
        },
      ),
    )
  })
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

  test('hides what a server tells of an authentication, and whose certificate a proxy saw', () => {
    const told = {
      'Authentication-Info': 'nextnonce="s3cret", rspauth="s3cret"',
      'Proxy-Authentication-Info': 's3cret',
      'X-Forwarded-Client-Cert': 'By=spiffe://s3cret;Hash=s3cret;Subject="CN=s3cret"',
      'Client-Cert': ':s3cret:',
    }
    const names = Object.keys(told)
    expect(redactHeaders(told)).toEqual(Object.fromEntries(names.map((name) => [name, '[redacted]'])))
    // What is asked for is no secret.
    const asked = { 'WWW-Authenticate': 'Basic realm="InfluxDB"', 'X-Certificate': 'none' }
    expect(redactHeaders(asked)).toEqual(asked)
  })

  test.each([
    ['Cookie', 'a=s3=cret; b=s3=cret', 'a=[redacted]; b=[redacted]'],
    ['Cookie', 's3cret; b=s3cret', '[redacted]; b=[redacted]'],
    ['Set-Cookie', 'a=s3=cret; Path=/; HttpOnly', 'a=[redacted]; Path=/; HttpOnly'],
    ['Set-Cookie', 's3cret; Path=/', '[redacted]; Path=/'],
    ['set-cookie', '=s3cret; Path=/', '=[redacted]; Path=/'],
  ])('of a %s, %j leaves %j', (name, value, expected) => {
    expect(redactHeaders({ [name]: value })).toEqual({ [name]: expected })
  })

  test.each([
    'Location',
    'Content-Location',
    'Referer',
    'Referrer',
    'Refresh',
    'X-Original-URI',
    'X-Original-URL',
  ])('takes the whole value of %s for a URL', (name) => {
    expect(redactHeaders({ [name]: 'https:u:s3/cret@h/' })).toEqual({ [name]: 'https:[redacted]@h/' })
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

test.each([
  [
    'Link',
    '<https://h/?token=s3cret>; rel="next", </a?b=1&p=s3cret>; rel="last"',
    '<https://h/?token=[redacted]>; rel="next", </a?b=1&p=[redacted]>; rel="last"',
  ],
  ['Link', '<https://u:s3cret@h/>; rel=next', '<https://[redacted]@h/>; rel=next'],
  [
    'Refresh',
    '5; url=https://u:s3cret@h/?access_token=s3cret',
    '5; url=https://[redacted]@h/?access_token=[redacted]',
  ],
  ['Content-Location', '/q?u=s3cret&db=x', '/q?u=[redacted]&db=x'],
  ['X-Original-URL', '//u:s3cret/1@h/', '//[redacted]@h/'],
  ['X-Pin', '/x?jwt=s3cret', '/x?jwt=[redacted]'],
  ['From', 'zoe@example.com', 'zoe@example.com'],
  ['Strict-Transport-Security', 'max-age=1; includeSubDomains', 'max-age=1; includeSubDomains'],
])('in %s, %j is %j', (name, value, expected) => {
  expect(redactHeaders({ [name]: value })[name]).toBe(expected)
})

test('a number under a secret name is hidden too', () => {
  expect(redactHeaders({ 'x-api-key': 123456 })).toEqual({ 'x-api-key': '[redacted]' })
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
    ['https://h/?email=a%40b', 'https://h/?email=a%40b'],
    ['https://h:8086/users/a@b', 'https://h:8086/users/a@b'],
    ['http://[::1]:8086/a@b', 'http://[::1]:8086/a@b'],
    ['u:s3/cret@h/', '[redacted]@h/'],
    ['https://u:s3/cret@h/', 'https://[redacted]@h/'],
    ['https://u:s3?cret@h/', 'https://[redacted]@h/'],
    ['https://u:s3#cret@h/', 'https://[redacted]@h/'],
    ['https://u:s3@cr/et@h/', 'https://[redacted]@h/'],
    ['/x?token[]=s3cret&auth=s3cret', '/x?token[]=[redacted]&auth=[redacted]'],
    ['/x?p=s3;cret&q=1', '/x?p=[redacted]&q=1'],
    ['/x?p=s3?cret&q=1', '/x?p=[redacted]&q=1'],
    ['/x?next=https://u:s3cret@h/?token=s3cret', '/x?next=https://[redacted]@h/?token=[redacted]'],
    ['/x?next=https%3A%2F%2Fh%2F%3Ftoken%3Ds3cret&q=1', '/x?next=[redacted]&q=1'],
    ['/x?next=https%253A%252F%252Fu%253As3cret%2540h%252F&q=1', '/x?next=[redacted]&q=1'],
    ['/x?next=https%3A%2F%2Fh%2F%3Fq%3D1', '/x?next=https%3A%2F%2Fh%2F%3Fq%3D1'],
    ['/x?q=100%&p=s3cret', '/x?q=100%&p=[redacted]'],
    ['/x?user=s3cret&username=s3cret&code=s3cret', '/x?user=[redacted]&username=[redacted]&code=[redacted]'],
    ['/x??p=s3cret', '/x??p=[redacted]'],
    ['/x?a;p=s3cret', '/x?a;p=[redacted]'],
    ['/x?a#p=s3cret', '/x?a#p=[redacted]'],
    ['/x?a=1#p=s3cret', '/x?a=1#p=[redacted]'],
    ['https:s3cret@h/', 'https:[redacted]@h/'],
    ['/x?users=a&barcode=b&up=c', '/x?users=a&barcode=b&up=c'],
    ['/x?%6A%77t=s3cret&%50=s3cret', '/x?%6A%77t=[redacted]&%50=[redacted]'],
    ['/x?a=https://u:s3cret@h/&b=//s3cret@h/', '/x?a=https://[redacted]@h/&b=//[redacted]@h/'],
    ['/x?a=https:\\\\u:s3cret@h/', '/x?a=https:\\\\[redacted]@h/'],
    ['\x01 \x1fhttps://u:s3cret@h/', 'https://[redacted]@h/'],
    ['/x?p\t\r=s3cret', '/x?p=[redacted]'],
    ['https://u:s\u2028/3cret@h/', 'https://[redacted]@h/'],
    ['web+a.b-c:u:s3/cret@h/', 'web+a.b-c:[redacted]@h/'],
    ['\\\\u:s3/cret@h/', '\\\\[redacted]@h/'],
    ['https://:s3/cret@h/', 'https://[redacted]@h/'],
    ['https://h:8086?q=a@b', 'https://h:8086?q=a@b'],
    ['https://h:8086#a@b', 'https://h:8086#a@b'],
    ['https://h?q=a@b:c', 'https://h?q=a@b:c'],
    ['https://h#a@b:c', 'https://h#a@b:c'],
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

describe('the time', () => {
  const long = 400_000
  test.each([
    ['slashes', '/'.repeat(long)],
    ['schemes', 'https:'.repeat(long / 6)],
    ['colons', `//${':'.repeat(long)}`],
    ['at signs', '@'.repeat(long)],
    ['escapes', `?a=%${'25'.repeat(long / 2)}`],
    ['nested escapes', `?a=${'%25%33%44'.repeat(long / 9)}`],
    ['separators', '?'.repeat(long)],
    ['parameters', '&p=1'.repeat(long / 4)],
    ['a name', `?${'aA'.repeat(long / 2)}=1`],
    ['a name of passwords', `?${'pass'.repeat(long / 4)}=1`],
    ['digits', `//a:${'1'.repeat(long)}`],
  ])('of 400,000 characters of %s is short', (_, text) => {
    const started = performance.now()
    redactUrl(text)
    redactHeaders({ link: text, cookie: text, 'set-cookie': text, [text]: 'x', x: text })
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
