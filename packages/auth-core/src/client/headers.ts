// A request's headers as a plain object, which every client takes and which costs next to nothing.

import type { RequestHeaders } from './exchange.ts'

/** Headers by names in any case. `record` is what to send; the caller's object is not changed. */
export class RecordHeaders<Value = string> implements RequestHeaders {
  readonly record: Record<string, Value | string>

  constructor(record: Readonly<Record<string, Value>> | undefined) {
    this.record = Object.assign({}, record) // not a spread, to which V8 adds a property only slowly
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  set(name: string, value: string): void {
    this.record[this.#find(name) ?? name] = value
  }

  delete(name: string): void {
    for (let found = this.#find(name); found !== undefined; found = this.#find(name)) {
      delete this.record[found]
    }
  }

  /** The name as the caller wrote it. */
  #find(name: string): string | undefined {
    for (const other in this.record) {
      if (other.length === name.length && (other === name || other.toLowerCase() === name)) return other
    }
    return undefined
  }
}
