// Says where a client that is wrapped is not as it is alone: what a test runner would cut off.

import { inspect, isDeepStrictEqual } from 'node:util'

/** More differences than these are mostly one that shows at many places. */
const MAX_LINES = 12
const MAX_LENGTH = 200

/**
 * Says which parts of two values differ, a line for each, by their paths.
 *
 * @param name what the paths begin with
 */
export function listDifferences(alone: unknown, wrapped: unknown, name = ''): string[] {
  const lines = [...differences(alone, wrapped, name)]
  const more = lines.length - MAX_LINES
  return more > 0 ? [...lines.slice(0, MAX_LINES), `… and at ${more} more places`] : lines
}

function* differences(alone: unknown, wrapped: unknown, path: string): Iterable<string> {
  if (isDeepStrictEqual(alone, wrapped)) return
  if (isWalkable(alone) && isWalkable(wrapped) && Array.isArray(alone) === Array.isArray(wrapped)) {
    const [was, is] = [new Map(Object.entries(alone)), new Map(Object.entries(wrapped))]
    const step = (name: string) => (Array.isArray(alone) ? `[${name}]` : path ? `.${name}` : name)
    const inner: string[] = []
    for (const name of new Set([...was.keys(), ...is.keys()])) {
      inner.push(...differences(was.get(name), is.get(name), path + step(name)))
    }
    yield* inner.length > 0 ? inner : [`${path}: not of the same kind`]
    return
  }
  if (typeof alone === 'string' && typeof wrapped === 'string' && alone.includes('\r\n')) {
    const [was, is] = [alone.split('\r\n'), wrapped.split('\r\n')]
    const lines = [
      ...was.filter((line) => !is.includes(line)).map((line) => `only alone, the line ${show(line)}`),
      ...is.filter((line) => !was.includes(line)).map((line) => `only wrapped, the line ${show(line)}`),
    ]
    yield* (lines.length > 0 ? lines : ['the same lines, in another order or number']).map(
      (line) => `${path}: ${line}`,
    )
    return
  }
  yield `${path}: alone ${show(alone)}, wrapped ${show(wrapped)}`
}

function isWalkable(value: unknown): value is object {
  if (Array.isArray(value)) return true
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function show(value: unknown): string {
  const shown = inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY })
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown
}
