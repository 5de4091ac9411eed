// Finds every place at which a secret shows in what a caller is given: by its path, in all that a log prints of it.

import { inspect, types } from 'node:util'

/** A secret by what it is called in a message, which never holds the secret itself. */
export type Secrets = Readonly<Record<string, string>>

/** What is walked through at most: an answer may lead to all of a client's connections. */
const MAX_OBJECTS = 20_000
const MAX_DEPTH = 14
const MAX_PLACES = 20

/**
 * Looks for secrets in a value: in its properties, those with a symbol for a name among them, and in what its getters, `toJSON`, maps, sets,
 * bytes and causes hold; of an error also in the properties that are not enumerable. What prints itself in its own way (`inspect.custom`)
 * is taken at its word.
 *
 * @param value an answer, an error, anything
 * @param name what the paths begin with, for example `error`
 * @returns a line for each place, the shallowest first; none when nothing shows
 */
export function findLeaks(value: unknown, name: string, secrets: Secrets): readonly string[] {
  const places = walk(value, name, secrets)
  if (places.length > 0) return places
  // What the walk does not know of: whoever prints the whole may still see it.
  const prints: readonly (readonly [string, () => unknown])[] = [
    [
      `inspect(${name})`,
      () => inspect(value, { depth: MAX_DEPTH, maxStringLength: 1e6, maxArrayLength: 1e4 }),
    ],
    [`JSON.stringify(${name})`, () => JSON.stringify(value)],
    [`String(${name})`, () => String(value)],
  ]
  return prints.flatMap(([place, print]) => found(attempt(print), place, secrets))
}

function walk(root: unknown, name: string, secrets: Secrets): string[] {
  const places: string[] = []
  const seen = new Set<unknown>()
  let level: (readonly [path: string, value: unknown])[] = [[name, root]]
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const next: typeof level = []
    for (const [path, value] of level) {
      places.push(...found(textOf(value), path, secrets))
      if (places.length >= MAX_PLACES) return [...places.slice(0, MAX_PLACES), '… and perhaps at others']
      if (!isWalkable(value) || seen.has(value) || seen.size >= MAX_OBJECTS) continue
      seen.add(value)
      for (const part of partsOf(value, path, secrets)) next.push(part)
    }
    level = next
  }
  return places
}

/** What a value says by itself. */
function textOf(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'symbol' || typeof value === 'bigint')
    return String(value)
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
  }
  if (types.isAnyArrayBuffer(value)) return Buffer.from(value).toString('utf8')
  return undefined
}

function isWalkable(value: unknown): value is object {
  if (typeof value === 'function') return true
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
}

function* partsOf(value: object, path: string, secrets: Secrets): Iterable<readonly [string, unknown]> {
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') yield [`${path}.toJSON()`, attempt(() => toJSON.call(value))]
  if (typeof Reflect.get(value, inspect.custom) === 'function') {
    const shown = found(
      attempt(() => inspect(value)),
      path,
      secrets,
    )
    if (shown.length > 0) yield* entriesOf(value, path, shown)
    return
  }
  if (value instanceof Map) {
    for (const [key, held] of value) {
      yield [`${path}, a key of the map`, key]
      yield [`${path}.get(${typeof key === 'string' ? JSON.stringify(key) : typeof key})`, held]
    }
  }
  if (value instanceof Set) {
    let index = 0
    for (const held of value) yield [`[...${path}][${index++}]`, held]
  }
  const isError = value instanceof Error || types.isNativeError(value)
  for (const key of Reflect.ownKeys(value)) {
    const property = Reflect.getOwnPropertyDescriptor(value, key)
    if (!property || !(property.enumerable || isError)) continue
    const at = `${path}${step(key)}`
    if (typeof key === 'string') yield [`${path}, the name of a property`, key]
    yield [at, property.get ? attempt(() => property.get?.call(value)) : property.value]
  }
}

/** What prints itself, and shows a secret: the fields of headers one by one, else the whole. */
function* entriesOf(
  value: object,
  path: string,
  shown: readonly string[],
): Iterable<readonly [string, unknown]> {
  let some = false
  const { entries } = value as { entries?: unknown }
  if (typeof entries === 'function') {
    for (const entry of (attempt(() => [...entries.call(value)]) as unknown[] | undefined) ?? []) {
      if (!Array.isArray(entry)) continue
      some = true
      yield [`${path}.get(${JSON.stringify(entry[0])})`, entry[1]]
    }
  }
  if (!some) yield [`inspect(${path})`, attempt(() => inspect(value)) ?? shown]
}

function step(key: string | symbol): string {
  if (typeof key === 'symbol') return `[${String(key)}]`
  if (/^\d+$/.test(key)) return `[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** A line for each secret that a text shows. */
function found(text: unknown, place: string, secrets: Secrets): string[] {
  if (typeof text !== 'string') return []
  return Object.entries(secrets)
    .filter(([, secret]) => text.includes(secret))
    .map(([what]) => `${what} at ${redact(place, secrets)}`)
}

function redact(text: string, secrets: Secrets): string {
  return Object.entries(secrets).reduce((all, [what, secret]) => all.replaceAll(secret, `[${what}]`), text)
}

/** Getters and printers may throw: then nothing shows. */
function attempt(run: () => unknown): unknown {
  try {
    return run()
  } catch {
    return undefined
  }
}
