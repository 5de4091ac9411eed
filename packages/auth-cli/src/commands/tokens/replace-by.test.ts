// The day in a description, and what becomes of it when the token is replaced.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ofSuccessor } from './replace-by.ts'

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-03-31T22:00:00Z') }))
afterEach(() => void vi.useRealTimers())

test.each([
  ['reports (to be replaced by 2026-03-31)', '2026-01-01T09:00:00Z', 'reports', '2026-06-28'],
  ['(to be replaced by 2026-01-31)', '2026-01-01T23:59:59.123456789Z', '', '2026-04-30'],
  [
    'a (to be replaced by 2025-01-01) (to be replaced by 2026-01-31)',
    '2026-01-01T00:00:00Z',
    'a',
    '2026-04-30',
  ],
  ['reports (to be replaced by 2026-03-31)', undefined, 'reports', undefined],
  ['reports (to be replaced by 2025-03-31)', '2026-01-01T09:00:00Z', 'reports', undefined],
  ['reports (to be replaced by 2026-99-99)', '2026-01-01T09:00:00Z', 'reports', undefined],
  ['reports', '2026-01-01T09:00:00Z', 'reports', undefined],
  ['(to be replaced by 2026-01-31), says Zoë', '2026-01-01T09:00:00Z', undefined, undefined],
])('%s, of %s', (description, createdAt, words, day) => {
  const said = day === undefined ? (words ?? description) : `${words} (to be replaced by ${day})`.trim()
  expect(ofSuccessor({ description, createdAt })).toEqual({ description: said, replaceBy: day })
})
