// Basic beside Node's own base64 and UTF-8: what is read is exactly what they read, and nothing else is read.

import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthorizationSyntaxError, type DecodeBasicOptions, decodeBasic } from '../index.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CONTROL = /[\0-\x1f\x7f]/

/** The text of the credentials, or `undefined` when they were refused. */
function read(base64: string, charset: NonNullable<DecodeBasicOptions['charset']>): string | undefined {
  try {
    const { username, password } = decodeBasic(`Basic ${base64}`, { charset })
    return `${username}:${password}`
  } catch (error) {
    expect(error).toBeInstanceOf(AuthorizationSyntaxError)
    return undefined
  }
}

describe('base64', () => {
  test.each([
    ['two characters of padding', (last: string) => `Ojo6O${last}==`, 4],
    ['one character of padding', (last: string) => `Ojo6OT${last}=`, 16],
    ['no padding', (last: string) => `Ojo6OTl${last}`, 63],
  ])('with %s has only letters without stray bits before it', (_, write, expected) => {
    const accepted = [...ALPHABET].filter((last) => read(write(last), 'latin1') !== undefined)
    const canonical = [...ALPHABET].filter((last) => {
      const base64 = write(last)
      return Buffer.from(base64, 'base64').toString('base64') === base64
    })
    // Without padding, one of the 64 letters makes the last byte DEL's.
    expect(accepted).toEqual(canonical.filter((last) => !CONTROL.test(atob(write(last)))))
    expect(accepted).toHaveLength(expected)
  })

  test('that is not canonical is told apart from what is none, by the first character that is not of the alphabet', () => {
    for (let code = 0x21; code < 0x7f; code++) {
      const last = String.fromCharCode(code)
      const [refused, position] = ALPHABET.includes(last)
        ? ['ERR_BASE64_PADDING', 11]
        : [last === '=' ? 'ERR_BASE64_PADDING' : 'ERR_BASE64_ALPHABET', 10]
      // A comma would begin another credential.
      if (last === ',') continue
      expect(() => decodeBasic(`Basic Ojo6${last}`)).toThrow(
        expect.objectContaining({ code: refused, position }),
      )
    }
    // White space of padding's length, before letters that padding could follow.
    expect(read('Ojo6 OkE', 'utf-8')).toBeUndefined()
  })

  test('is read when, and only when, Buffer writes the same for the bytes', () => {
    // Dense around the border: few letters, a colon and much that is not in the alphabet or not in its place.
    const pieces = fc.constantFrom(
      'Ojo6',
      'OTk5',
      'QUJD',
      'Og',
      'OTo',
      '=',
      '==',
      'A',
      '-',
      '_',
      ' ',
      '\n',
      '/',
    )
    const nearBase64 = fc.array(pieces, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
    let accepted = 0
    fc.assert(
      fc.property(nearBase64, (base64) => {
        const bytes = Buffer.from(base64, 'base64')
        const text = bytes.toString('latin1')
        const canonical = bytes.toString('base64') === base64
        const readable = canonical && text.includes(':') && !CONTROL.test(text)
        // Spaces between the scheme word and what follows it belong to neither.
        fc.pre(!base64.startsWith(' '))
        expect(read(base64, 'latin1')).toBe(readable ? text : undefined)
        if (readable) accepted++
      }),
      { numRuns: 5000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('charset', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    // Mostly well-formed, so that both sides of the border are seen.
    fc
      .tuple(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.uint8Array({ maxLength: 2 }))
      .map(([text, tail]) => new Uint8Array([...Buffer.from(text), ...tail])),
  )

  test('of any bytes is UTF-8 exactly when Node calls them so; auto then takes it, and else Latin-1', () => {
    const seen = new Set<boolean>()
    fc.assert(
      fc.property(bytes, (tail) => {
        const raw = Buffer.concat([Buffer.from('user:'), tail])
        const base64 = raw.toString('base64')
        const text = { utf8: raw.toString('utf8'), latin1: raw.toString('latin1') }
        const printable = (value: string) => (CONTROL.test(value) ? undefined : value)
        expect(read(base64, 'latin1')).toBe(printable(text.latin1))
        expect(read(base64, 'utf-8')).toBe(isUtf8(raw) ? printable(text.utf8) : undefined)
        expect(read(base64, 'auto')).toBe(printable(isUtf8(raw) ? text.utf8 : text.latin1))
        seen.add(isUtf8(raw))
      }),
      { numRuns: 3000 },
    )
    expect(seen.size).toBe(2)
  })

  test('auto reads what is UTF-8 as UTF-8 even where Latin-1 could', () => {
    expect(read('dTrCow==', 'auto')).toBe('u:£')
    expect(read('dTrCow==', 'latin1')).toBe('u:Â£')
    expect(read('dTqj', 'auto')).toBe('u:£')
    expect(read('dTqj', 'utf-8')).toBeUndefined()
  })

  test('keeps a byte order mark inside a password, which is text there', () => {
    const base64 = Buffer.from('u:p\uFEFFq').toString('base64')
    expect(read(base64, 'utf-8')).toBe('u:p\uFEFFq')
  })
})
