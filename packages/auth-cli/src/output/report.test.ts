// What is said of a fault of ours: enough to find it by, and nothing of what the user gave.

import { afterEach, expect, test, vi } from 'vitest'
import { reportOf } from './report.ts'

afterEach(() => vi.unstubAllGlobals())

test('an unexpected error is told by its kind and place, without its message and folders', () => {
  const error = new RangeError('s3cret')
  const { code, message, exitCode } = reportOf(error)
  expect([code, exitCode]).toEqual(['ERR_UNEXPECTED', 1])
  expect(message).toMatch(
    /: please report it \(RangeError at report\.test\.ts:\d+:\d+, Node v\d+\.\d+\.\d+\)$/,
  )
  error.stack = 'RangeError: /s3cret:1:1\n    at C:\\Users\\zoe\\main.cjs:1:2\n    at /home/zoe/other.cjs:3:4'
  expect(reportOf(error).message).toContain('(RangeError at main.cjs:1:2, Node')
})

test.each([
  ['what was thrown is no error', 's3cret'],
  ['it has no stack', Object.assign(new Error('s3cret'), { stack: undefined })],
  ['its name is no plain one', Object.assign(new Error(), { name: 's3cret of joe', stack: 's3cret' })],
])('where %s, no more is told', (_, thrown) => {
  expect(reportOf(thrown).message).toMatch(/\(Error, Node v[\d.]+\)$/)
})

test('an older Node is named instead', () => {
  vi.stubGlobal('process', { ...process, version: 'v18.20.8', versions: { node: '18.20.8' } })
  expect(reportOf(new TypeError('s3cret'))).toMatchObject({
    code: 'ERR_UNEXPECTED',
    message: 'Node v18.20.8 is too old for this: use 20.19 or newer',
  })
})
