// Requests that were recorded on real servers, and what was answered, made ready to be sent again: placeholders are filled in.

import type { Sent } from './asking.ts'
import recorded from './recorded.json' with { type: 'json' }

/** A request that was recorded on InfluxDB 2.7.12 and 2.8.0, or on one of them. */
export interface Recorded {
  readonly id: string
  readonly only?: string
  readonly method: string
  readonly path: string
  /** What came before it. */
  readonly given?: string
  /** Lines of the head. */
  readonly headers?: readonly string[]
  readonly body?: string
  /** The status and the message. */
  readonly answer: string
}

/** All of them, in the order in which they were made. */
export const RECORDED: readonly Recorded[] = recorded

/** What stands for the placeholders, by their names. */
export type Values = Readonly<Record<string, string>>

/** The names of the placeholders in a request. */
export function placeholders({ path, headers = [], body = '' }: Recorded): string[] {
  return [path, ...headers, body].flatMap((text) => text.match(/(?<=\{)[A-Z][A-Z\d_]+(?=\})/g) ?? [])
}

/** A request with its placeholders filled in. */
export function fill({ method, path, headers = [], body }: Recorded, values: Values): Sent {
  return {
    method,
    path: put(path, values, encodeURIComponent),
    headers: headers.flatMap((line) => {
      const [name = '', ...value] = put(line, values).split(': ')
      return [name, Buffer.from(value.join(': ')).toString('latin1')]
    }),
    body: body === undefined ? undefined : put(body, values),
  }
}

/** A message with its placeholders filled in. */
export function fillAnswer({ answer }: Recorded, values: Values): string {
  return put(answer, values)
}

function put(text: string, values: Values, encode = (value: string) => value): string {
  return text
    .replace(/\{([A-Z][A-Z\d_]+)\}/g, (_, name: string) => encode(values[name] ?? `no ${name}`))
    .replace(/\{base64 ([^{}]*)\}/g, (_, clear: string) => Buffer.from(clear).toString('base64'))
    .replace(/\{(\d+) times x\}/g, (_, times: string) => 'x'.repeat(Number(times)))
}
