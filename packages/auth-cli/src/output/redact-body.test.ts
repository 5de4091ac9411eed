// A body is redacted as it arrives, wherever it is cut, and a line without end fills no memory.

import { describe, expect, test } from 'vitest'
import { bodyRedactor } from './redact-body.ts'

/** Each line is told as it arrives, not only the long ones. */
const LIMITS = { line: 1, waiting: 1000 }

const redact = (type: string, pieces: readonly string[], limits = LIMITS): string => {
  const redactor = bodyRedactor(type, limits)
  return pieces.map((piece) => redactor?.write(piece)).join('') + redactor?.end()
}

const JSON_BODIES = [
  '{"a":1,"token" : "s3cret","b":["x\\"],\\"token\\":",{"tokens":["s3cret",{"id":true}],"c":null}]}',
  '{"t\\u006fken":"s3cret\\\\","password":"s3\\"cret","n":12345678901234567890}',
  '[1,2 , 3]\n{"password":\n "s3cret"}\n{"secret":{"id":"x","token":"s3cret"}} \n',
  'no "JSON at \\all\n"token": s3cret "and so on',
  '"token":"s3cret that does not end\n"a":1',
]

test.each(JSON_BODIES)('JSON is told the same wherever it is cut: %s', (body) => {
  const whole = redact('application/json', [body])
  expect(whole).not.toMatch(/s3"?\\?"?cret/)
  for (let at = 0; at <= body.length; at++) {
    expect(redact('application/json', [body.slice(0, at), body.slice(at)])).toBe(whole)
  }
  expect(redact('application/json', [...body])).toBe(whole)
})

test('a line break stays where a secret does not end', () => {
  expect(redact('application/json', ['"token":"s3cret\n"a":1\n'])).toBe('"token":"[redacted]"\n"a":1\n')
})

test('of a line that goes on, what can be told is told', () => {
  const redactor = bodyRedactor('application/json', LIMITS)
  expect(redactor?.write('{"token":"s3')).toBe('{"token":')
  expect(redactor?.write('cret","a"')).toBe('"[redacted]",')
  expect(redactor?.write(':1,')).toBe('"a":1')
  expect(redactor?.end()).toBe(',')
})

test('a row of CSV is told when it ends, its names with the first', () => {
  const redactor = bodyRedactor('text/csv', LIMITS)
  expect(redactor?.write('name,tok')).toBe('')
  expect(redactor?.write('en\na,s3')).toBe('name,token\n')
  expect(redactor?.write('cret')).toBe('')
  expect(redactor?.end()).toBe('a,[redacted]')
})

test.each([
  [null, '"token":"[redacted]"'],
  ['', undefined],
  ['text/plain', '"token":"[redacted]"'],
  ['Application/JSON; Charset=UTF-8', '"token":"[redacted]"'],
  ['application/vnd.influx.arrow+json', '"token":"[redacted]"'],
  ['TEXT/CSV; charset=utf-8', '"token":"s3cret"'],
  ['image/png', undefined],
  ['application/x-text/thing', undefined],
])('what is of the type %j is read as what it is', (type, told) => {
  const redactor = bodyRedactor(type)
  expect(redactor && redactor.write('"token":"s3cret"\n') + redactor.end()).toBe(told && `${told}\n`)
})

describe('what waits is bounded', () => {
  test.each([
    ['a value', 'application/json', '{"a":"'],
    ['a row', 'text/csv', 'a,'],
    ['a form', 'application/x-www-form-urlencoded', 'a='],
  ])('%s', (_, type, start) => {
    const redactor = bodyRedactor(type, LIMITS)
    expect(redactor?.write(start + 'x'.repeat(900))).not.toContain('x')
    expect(() => redactor?.write('x'.repeat(200))).toThrow(
      expect.objectContaining({ code: 'ERR_ANSWER_LONG' }),
    )
  })

  const long = 'x'.repeat(2 ** 25)
  test.each([
    ['application/json', `{"a":"${long}\\n","token":"${long}"}`, `{"a":"${long}\\n","token":"[redacted]"}`],
    ['text/csv', `a,token\n"${long}","${long}"`, `a,token\n"${long}",[redacted]`],
    [
      'application/x-www-form-urlencoded',
      `q=set+password+for+u+=+'${long}'`,
      "q=set+password+for+u+=+'[redacted]'",
    ],
  ])('and a value of 32 MiB is none too many, in %s', (type, body, expected) => {
    expect(redact(type, [body], { line: 2 ** 20, waiting: 2 ** 28 }) === expected).toBe(true)
  })
})
