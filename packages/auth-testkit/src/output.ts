// What is printed while a test runs, in whatever way: a credential in it would be in somebody's log.

import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { findLeaks, type Secrets } from './leaks.ts'

/** Notes what is printed. */
export interface Output {
  /** Notes from now on; what is printed is printed all the same. */
  start(): void
  /** All that was noted since the last call. */
  taken(): readonly string[]
  stop(): void
}

/**
 * Fails after each test of the suite that is being defined where a secret was printed meanwhile.
 *
 * @param secrets by what they are called in a message
 * @param rule what would be right
 */
export function watchSecrets(secrets: Secrets, rule: string): void {
  const output = watchOutput()
  beforeAll(output.start)
  afterEach(() => {
    expect(findLeaks(output.taken(), 'printed', secrets), rule).toEqual([])
  })
  afterAll(output.stop)
}

/** What an adapter to HTTP has printed that is not to be printed. */
export const PRINTED = 'what the console, the standard streams and warnings of Node show: print no header'

const CONSOLE = ['debug', 'error', 'info', 'log', 'trace', 'warn', 'dir', 'table'] as const

/** Watches the console, both standard streams and Node's warnings. */
export function watchOutput(): Output {
  let texts: string[] = []
  let restore: (() => void)[] = []
  const note = (...values: readonly unknown[]) => {
    texts.push(
      values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 14 }))).join(' '),
    )
  }
  /** Puts a function that notes its arguments in the place of one that prints them. */
  const watch = <Name extends string>(printer: Record<Name, (...args: never[]) => unknown>, name: Name) => {
    const own = Object.hasOwn(printer, name)
    const print = printer[name]
    const noting = (...args: never[]) => {
      note(...args)
      return Reflect.apply(print, printer, args)
    }
    printer[name] = noting
    restore.push(() => {
      // Whoever else put something there meanwhile takes it away again.
      if (printer[name] !== noting) return
      if (own) printer[name] = print
      else delete (printer as Partial<typeof printer>)[name]
    })
  }
  return {
    start() {
      for (const name of CONSOLE)
        watch(console as unknown as Record<string, (...args: never[]) => unknown>, name)
      for (const stream of [process.stdout, process.stderr]) {
        watch(stream as unknown as Record<'write', (...args: never[]) => unknown>, 'write')
      }
      process.on('warning', note)
      restore.push(() => process.off('warning', note))
    },
    taken() {
      const taken = texts
      texts = []
      return taken
    },
    stop() {
      for (const each of restore) each()
      restore = []
    },
  }
}
