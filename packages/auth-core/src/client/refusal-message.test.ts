// The message of a refusal is read where it is short JSON, and the answer stays the caller's.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { refusalMessage } from './index.ts'
import { readMessage } from './refusal-message.ts'

type Body = ConstructorParameters<typeof Response>[0]

afterEach(() => vi.useRealTimers())

/** A body of so many characters, with a message in it. */
const bodyOf = (length: number): string => JSON.stringify({ message: 'x'.repeat(length - 14) })

test('a message is a string in an object, or in JSON that is short', () => {
  for (const body of [{ message: 'm' }, '{"message":"m"}']) expect(refusalMessage(body)).toBe('m')
  expect(refusalMessage(bodyOf(1024))).toHaveLength(1010)
  const none = [
    undefined,
    null,
    7,
    '',
    '{',
    'null',
    '[]',
    '"m"',
    { message: 7 },
    '{"message":7}',
    bodyOf(1025),
  ]
  for (const body of none) expect(refusalMessage(body)).toBeUndefined()
})

describe('of an answer', () => {
  const JSON_TYPE = 'application/json; charset=utf-8'
  const answer = (body: Body, headers: Record<string, string>): Response =>
    new Response(body, { status: 401, headers })
  const streamOf = (...parts: Uint8Array[]): ReadableStream =>
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part)
        controller.close()
      },
    })

  test('it is read at once, in whatever pieces it comes, and can be read again', async () => {
    // Nobody turns the clock on.
    vi.useFakeTimers()
    const bytes = new TextEncoder().encode('{"message":"zoë is unauthorized"}')
    for (let at = 1; at < bytes.length; at++) {
      const body = streamOf(bytes.subarray(0, at), bytes.subarray(at))
      const response = answer(body, { 'content-type': JSON_TYPE, 'content-length': '99' })
      expect(await readMessage(response)).toBe('zoë is unauthorized')
      expect(await response.json()).toEqual({ message: 'zoë is unauthorized' })
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each<[string, Body, Record<string, string>]>([
    ['of no length', bodyOf(20), { 'content-type': JSON_TYPE }],
    ['longer than is read', bodyOf(20), { 'content-type': JSON_TYPE, 'content-length': '1025' }],
    ['of no type', new TextEncoder().encode(bodyOf(20)), { 'content-length': '20' }],
    ['of another type', bodyOf(20), { 'content-type': 'text/html', 'content-length': '20' }],
    ['with no body', null, { 'content-type': JSON_TYPE, 'content-length': '20' }],
  ])('it is not looked for in one %s', async (_, body, headers) => {
    const response = answer(body, headers)
    expect(await readMessage(response)).toBeUndefined()
    expect(response.bodyUsed).toBe(false)
  })

  test('it may be as long as is read', async () => {
    const headers = { 'content-type': JSON_TYPE, 'content-length': '1024' }
    expect(await readMessage(answer(bodyOf(1024), headers))).toHaveLength(1010)
  })

  test('it is none where the body breaks off', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('broken')) })
    const response = answer(body, { 'content-type': JSON_TYPE, 'content-length': '20' })
    expect(await readMessage(response)).toBeUndefined()
    await expect(response.text()).rejects.toThrow('broken')
  })

  test('it is none where the body does not come within a second, and the caller can let go of it', async () => {
    vi.useFakeTimers()
    const cancel = vi.fn()
    const body = new ReadableStream({ cancel })
    const response = answer(body, { 'content-type': JSON_TYPE, 'content-length': '20' })
    const told = vi.fn()
    const message = readMessage(response).then(told)
    await vi.advanceTimersByTimeAsync(999)
    expect(told).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await message
    expect(told).toHaveBeenCalledWith(undefined)
    await response.body?.cancel()
    expect(cancel).toHaveBeenCalledOnce()
  })
})
