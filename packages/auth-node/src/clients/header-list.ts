// A request's headers as undici takes them: a plain object, a flat list, or pairs. Repeated names stay.

import { RecordHeaders, type RequestHeaders } from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'

/** A flat list of names and values, or pairs. */
export type HeadersLike = readonly string[] | Iterable<readonly [string, unknown]>

/** Headers by names in any case; the caller's object is not changed. */
export class HeaderList implements RequestHeaders {
  #pairs: [name: string, value: string][] = []

  constructor(headers: HeadersLike) {
    if (Array.isArray(headers) && typeof headers[0] === 'string') {
      for (let i = 0; i < headers.length; i += 2) this.#add(headers[i], headers[i + 1])
    } else {
      for (const [name, value] of headers as Iterable<readonly [string, unknown]>) this.#add(name, value)
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
}

function sameName(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase()
}

/** Headers of a request in any form. */
export type Headers = HeaderList | RecordHeaders<string | string[] | undefined>

/** Reads headers; what the caller gave is not changed. */
export function toHeaders(headers: Dispatcher.DispatchOptions['headers']): Headers {
  if (headers && Symbol.iterator in headers) return new HeaderList(headers as HeadersLike)
  return new RecordHeaders(headers ?? undefined)
}

/** What undici takes. */
export function fromHeaders(headers: Headers): NonNullable<Dispatcher.DispatchOptions['headers']> {
  return headers instanceof HeaderList ? headers.toFlat() : headers.record
}

/** What undici takes for no headers at all: it refuses them before anything is sent. */
export function isMalformed(headers: unknown): boolean {
  return (
    typeof headers === 'string' ||
    (Array.isArray(headers) && headers.length % 2 === 1 && !Array.isArray(headers[0]))
  )
}
