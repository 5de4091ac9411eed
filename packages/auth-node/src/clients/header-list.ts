// A request's headers in the forms that Node's HTTP clients take, as one list that can be changed.

import type { RequestHeaders } from '@fluxauth/auth-core/client'

/** A record of values, a flat list of names and values, or pairs. */
export type HeadersLike =
  | Readonly<Record<string, unknown>>
  | readonly string[]
  | Iterable<readonly [string, unknown]>

/** Headers by names in any case; the caller's object is not changed. */
export class HeaderList implements RequestHeaders {
  #pairs: [name: string, value: string][] = []

  constructor(headers: HeadersLike | null | undefined) {
    if (!headers) return
    if (Array.isArray(headers) && typeof headers[0] === 'string') {
      for (let i = 0; i < headers.length; i += 2) this.#add(headers[i], headers[i + 1])
    } else {
      const pairs = Symbol.iterator in headers ? headers : Object.entries(headers)
      for (const [name, value] of pairs as Iterable<readonly [string, unknown]>) this.#add(name, value)
    }
  }

  #add(name: string, value: unknown): void {
    if (value === undefined || value === null) return
    for (const item of Array.isArray(value) ? value : [value]) this.#pairs.push([name, String(item)])
  }

  has(name: string): boolean {
    return this.#pairs.some(([other]) => sameName(other, name))
  }

  set(name: string, value: string): void {
    this.delete(name)
    this.#pairs.push([name, value])
  }

  delete(name: string): void {
    if (this.has(name)) this.#pairs = this.#pairs.filter(([other]) => !sameName(other, name))
  }

  /** Names and values in turn. */
  toFlat(): string[] {
    return this.#pairs.flat()
  }

  /** By name; the values of a repeated name as an array. */
  toRecord(): Record<string, string | string[]> {
    const record: Record<string, string | string[]> = {}
    for (const [name, value] of this.#pairs) {
      const before = record[name]
      record[name] = before === undefined ? value : [before, value].flat()
    }
    return record
  }
}

function sameName(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase()
}
