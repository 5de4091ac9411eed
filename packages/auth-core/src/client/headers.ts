// A request's headers as a plain object, which every client takes and which costs next to nothing.

import type { RequestHeaders } from './exchange.ts'

/** Headers by names in any case; the caller's object is not changed. Printing or cloning it shows none of them. */
export class RecordHeaders<Value = string> implements RequestHeaders {
  readonly #record: Record<string, Value | string>

  constructor(record: Readonly<Record<string, Value>> | undefined) {
    this.#record = Object.assign({}, record) // not a spread, to which V8 adds a property only slowly
  }

  /** What to send. */
  get record(): Record<string, Value | string> {
    return this.#record
  }

  /** Whether there is such a header; one that is `undefined` is none. */
  has(name: string): boolean {
    const found = this.#find(name)
    return found !== undefined && this.#record[found] !== undefined
  }

  set(name: string, value: string): void {
    this.#record[this.#find(name) ?? name] = value
  }

  delete(name: string): void {
    for (let found = this.#find(name); found !== undefined; found = this.#find(name)) {
      delete this.#record[found]
    }
  }

  /** The name as the caller wrote it. */
  #find(name: string): string | undefined {
    for (const other in this.#record) {
      if (other.length === name.length && (other === name || other.toLowerCase() === name)) return other
    }
    return undefined
  }
}
