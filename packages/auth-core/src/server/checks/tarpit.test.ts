// How long answers are held back, and how many, where nothing else is said.

import { afterEach, expect, test, vi } from 'vitest'
import { createTarpit } from './tarpit.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

test('ten thousand are held back for a second, more are not, and as many again after them', async () => {
  // Vitest's own take as long as their square for so many.
  const timers: [end: () => void, milliseconds: number][] = []
  vi.stubGlobal('setTimeout', (end: () => void, milliseconds: number) => timers.push([end, milliseconds]))
  const wait = createTarpit()
  for (let i = 0; i < 2; i++) {
    const held = Array.from({ length: 10_000 }, () => wait())
    await wait()
    const started = timers.splice(0)
    expect(started).toHaveLength(10_000)
    expect(new Set(started.map(([, milliseconds]) => milliseconds))).toEqual(new Set([1000]))
    for (const [end] of started) end()
    await Promise.all(held)
  }
})
