// Lines for a narrow terminal.

import { expect, test } from 'vitest'
import { fold, foldHelp, hang } from './fold.ts'

test('breaks between words, and no line is longer than the terminal is wide', () => {
  const text = 'everything in every organization (an operator token)'
  expect(fold(text, 20)).toEqual(['everything in every', 'organization (an', 'operator token)'])
  expect(fold(text, undefined)).toEqual([text])
  expect(fold(text, 5)).toEqual([text])
  expect(fold('a-word-that-is-longer-than-the-line and more', 20)).toEqual([
    'a-word-that-is-longer-than-the-line',
    'and more',
  ])
  expect(hang('one two three four five', 4, 20)).toBe('one two three\n    four five')
})

test('puts what an item of the help is below it, and leaves examples whole', () => {
  const help =
    'Usage: it\n\n  -a, --all   every one of them\n  -b          short\n\nExamples:\n  $ it --all --of them --and more'
  expect(foldHelp(help, 24)).toBe(
    'Usage: it\n\n  -a, --all\n      every one of them\n  -b\n      short\n\nExamples:\n  $ it --all --of them --and more',
  )
  expect(foldHelp(help, 80)).toBe(help)
  expect(foldHelp(help, undefined)).toBe(help)
  expect(foldHelp('A sentence that is long.', 20)).toBe('A sentence that is\nlong.')
})
