// Nobody waits for a store longer than was said, nor with more others than was said.

import { afterEach, expect, test, vi } from 'vitest'
import { createDeadline } from './deadline.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('ten thousand wait, one more is refused at once, and who was refused in time counts until there is an answer', async () => {
  const deadline = createDeadline('Redis', 20)
  let answer: (text: string) => void = () => undefined
  const answered = new Promise<string>((resolve) => {
    answer = resolve
  })
  const busy = { code: 'ERR_STORE_UNAVAILABLE', message: expect.stringContaining('too much to do') }
  const waiting = Promise.allSettled(Array.from({ length: 9999 }, () => deadline(() => answered)))
  expect(await deadline(async () => 'the last that is let in')).toBe('the last that is let in')
  const last = expect(deadline(() => answered)).rejects.toMatchObject({
    message: 'Redis did not answer within 20 ms: see that it runs, and is not overloaded',
  })
  const never = vi.fn(async () => undefined)
  await expect(deadline(never)).rejects.toMatchObject(busy)
  await last
  expect((await waiting).map(({ status }) => status)).toEqual(Array(9999).fill('rejected'))
  await expect(deadline(never)).rejects.toMatchObject(busy)
  expect(never).not.toHaveBeenCalled()
  answer('late')
  await new Promise(setImmediate)
  expect(await deadline(async () => 'again')).toBe('again')
})

test('who gets no answer in time is told so, and who gets one leaves no timer behind', async () => {
  vi.useFakeTimers()
  const deadline = createDeadline('Redis', 300)
  const told = vi.fn()
  const late = expect(deadline(() => new Promise(() => undefined), told)).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
  })
  await vi.advanceTimersByTimeAsync(299)
  expect(told).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await late
  expect(told).toHaveBeenCalledOnce()
  expect(await deadline(async () => 5, told)).toBe(5)
  for (const work of [() => Promise.reject(new Error('OOM x')), () => expect.fail('OOM x')]) {
    await expect(deadline(work, told)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  }
  expect(vi.getTimerCount()).toBe(0)
  expect(told).toHaveBeenCalledOnce()
})
