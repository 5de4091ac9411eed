// When a credential that was refused is looked for anew, and what is sent from then on.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findCredential } from '../../profile/find-credential.ts'
import type { FoundCredential } from '../../profile/from-environment.ts'
import { keepCurrent } from './credential.ts'

vi.mock(import('../../profile/find-credential.ts'), () => ({ findCredential: vi.fn() }))

const found = (token: string) =>
  ({ credentials: { scheme: 'token', token }, source: token }) as FoundCredential
const keep = (isFor: (found: FoundCredential) => boolean = () => true) => keepCurrent(found('one'), isFor)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.mocked(findCredential).mockReset()
})
afterEach(() => void vi.useRealTimers())

test('one look is for all who are refused meanwhile, and for five seconds after it', async () => {
  const credential = keep()
  expect(credential.authorization()).toBe('Token one')
  vi.mocked(findCredential).mockResolvedValue(found('one'))
  const all = [credential.refused('Token one'), credential.refused('Token one')]
  expect(await Promise.all(all)).toEqual(['Token one', 'Token one'])
  vi.advanceTimersByTime(4999)
  vi.mocked(findCredential).mockResolvedValue(found('two'))
  expect(await credential.refused('Token one')).toBe('Token one')
  expect(findCredential).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(await credential.refused('Token one')).toBe('Token two')
  expect([credential.authorization(), vi.mocked(findCredential).mock.calls.length]).toEqual(['Token two', 2])
})

test('who was refused with an earlier one gets the one that there is, and nobody looks', async () => {
  const credential = keep()
  vi.mocked(findCredential).mockResolvedValue(found('two'))
  await credential.refused('Token one')
  vi.advanceTimersByTime(60_000)
  expect(await credential.refused('Token one')).toBe('Token two')
  expect(findCredential).toHaveBeenCalledTimes(1)
})

test('a look that is slow is not begun again, and is waited for', async () => {
  const credential = keep()
  let answer = (_: FoundCredential): void => undefined
  vi.mocked(findCredential).mockReturnValue(
    new Promise((resolve) => {
      answer = resolve
    }),
  )
  const first = credential.refused('Token one')
  vi.advanceTimersByTime(60_000)
  const second = credential.refused('Token one')
  answer(found('two'))
  expect(await Promise.all([first, second])).toEqual(['Token two', 'Token two'])
  expect(findCredential).toHaveBeenCalledTimes(1)
})

test('one for another server, and none, change nothing', async () => {
  const credential = keep(({ source }) => source === 'own')
  vi.mocked(findCredential).mockResolvedValueOnce(found('elsewhere'))
  expect(await credential.refused('Token one')).toBe('Token one')
  vi.advanceTimersByTime(5000)
  vi.mocked(findCredential).mockRejectedValueOnce(new Error('none'))
  expect(await credential.refused('Token one')).toBe('Token one')
  vi.advanceTimersByTime(5000)
  vi.mocked(findCredential).mockResolvedValueOnce(found('own'))
  expect(await credential.refused('Token one')).toBe('Token own')
})
