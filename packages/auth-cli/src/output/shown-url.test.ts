// No password of an InfluxQL statement is shown, however it is encoded; other statements are shown as they are.

import { expect, test } from 'vitest'
import { shownUrl } from './shown-url.ts'

const encodings: readonly (readonly [string, (text: string) => string])[] = [
  ['as a component', (text) => encodeURIComponent(text)],
  ['with its quotes', (text) => encodeURIComponent(text).replaceAll("'", '%27')],
  ['as a form', (text) => new URLSearchParams({ q: text }).toString().slice(2)],
  ['in small letters', (text) => encodeURIComponent(text).replaceAll("'", '%27').toLowerCase()],
  [
    'letters and all',
    (text) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  ],
  ['as it is', (text) => text.replaceAll('&', '%26').replaceAll('#', '%23')],
]
const statements = [
  `CREATE USER "joe" WITH PASSWORD 's3cret'`,
  `create user joe with password   's3cret' with all privileges`,
  `SET PASSWORD FOR "joe" = 's3cret'`,
  `SET PASSWORD FOR joe='s3cret'; SHOW USERS`,
  `CREATE USER a WITH PASSWORD 'it\\'s-s3cret'; CREATE USER b WITH PASSWORD 's3cret & more'`,
  `CREATE USER a WITH\n PASSWORD\t's3cret`,
  `CREATE USER a WITH PASSWORD/* of = a */'s3cret'`,
  `CREATE USER a WITH PASSWORD -- of a\n 's3cret'`,
  `SET PASSWORD FOR/**/"joe" /* = */ = /**/'s3cret'`,
]

test.each(encodings.flatMap(([how, encode]) => statements.map((text) => [how, text, encode] as const)))(
  '%s: %s',
  (_, text, encode) => {
    for (const place of ['http://localhost:8086/query?db=d&q=', '/query?q=', '?q=']) {
      const shown = shownUrl(place + encode(text))
      expect(shown).toContain('[redacted]')
      expect(shown).not.toMatch(/s3cret|more/)
      expect(shown.startsWith(place)).toBe(true)
    }
  },
)

test.each([
  `SELECT "password" FROM "air" WHERE room = 'kitchen'`,
  `SHOW TAG VALUES WITH KEY = 'passwords'`,
  'SHOW USERS',
  'SELECT "pass" FROM words -- nothing of a password',
])('%s is shown', (text) => {
  const url = `http://localhost:8086/query?q=${encodeURIComponent(text)}`
  expect(shownUrl(url)).toBe(url)
})

test('what redactUrl hides is hidden as well', () => {
  expect(shownUrl(new URL('http://u:s3cret@h/query?p=s3cret&q=SHOW+USERS'))).toBe(
    'http://[redacted]@h/query?p=[redacted]&q=SHOW+USERS',
  )
})

test('takes no long time over a long text', () => {
  const began = performance.now()
  shownUrl(`?q=${'password for '.repeat(5000)}`)
  shownUrl(`?q=${"password '".repeat(5000)}`)
  shownUrl(`?q=${'password/**/'.repeat(5000)}`)
  shownUrl(`?q=password${'/**/'.repeat(15_000)}`)
  shownUrl(`?q=${'password--'.repeat(5000)}`)
  expect(performance.now() - began).toBeLessThan(1000)
})
