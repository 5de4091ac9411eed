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

  /** Whether there is such a header, in any spelling; one that is `undefined` is none. */
  has(name: string): boolean {
    let absent: string | undefined
    let found = false
    for (const other in this.#record) {
      if (!isSame(other, name)) continue
      if (this.#record[other] === undefined) absent = other
      else found = true
    }
    // Beside one that is set, `fetch` would send both: "undefined, …".
    if (found && absent !== undefined) delete this.#record[absent]
    return found
  }

  /** Sets it under one name: another spelling beside it would be sent as well. */
  set(name: string, value: string): void {
    let found: string | undefined
    for (const other in this.#record) {
      if (!isSame(other, name)) continue
      if (found === undefined) found = other
      else delete this.#record[other]
    }
    this.#record[found ?? name] = value
  }

  delete(name: string): void {
    for (const other in this.#record) if (isSame(other, name)) delete this.#record[other]
  }
}

function isSame(other: string, name: string): boolean {
  return other.length === name.length && (other === name || other.toLowerCase() === name)
}
