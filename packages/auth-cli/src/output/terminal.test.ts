// Nothing that a server writes moves a terminal's cursor, or turns its text around.

import { expect, test } from 'vitest'
import { escapeControls, toJson } from './terminal.ts'

const DANGEROUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

test.each([
  ['a\x1b[2Jb', 'a\\x1b[2Jb'],
  ['\x9b31m', '\\x9b31m'],
  ['a\u202eb\u2066', 'a\\u202eb\\u2066'],
  ['one\ttwo\r\nthree\n', 'one\ttwo\r\nthree\n'],
  ['hidden\rshown', 'hidden\\x0dshown'],
  ['zoë 😀 日本', 'zoë 😀 日本'],
])('%j is shown as %j', (text, expected) => {
  expect(escapeControls(text)).toBe(expected)
})

test('a text of one line stays one', () => {
  expect(escapeControls('a\nb\r\n', { lines: false })).toBe('a\\x0ab\\x0d\\x0a')
})

test('no dangerous character is left of any, and JSON keeps its meaning', () => {
  for (let code = 0; code < 0x10000; code++) {
    const text = `a${String.fromCharCode(code)}b`
    expect(escapeControls(text)).not.toMatch(DANGEROUS)
    const json = toJson({ text })
    if (DANGEROUS.test(json) || JSON.parse(json).text !== text) expect(json).toBe(`not of ${code}`)
  }
})
