// The platform globals that auth-core may touch, and nothing else: it has neither Node's nor the DOM's types.

declare function btoa(data: string): string
declare function atob(data: string): string

declare class TextEncoder {
  encode(text: string): Uint8Array
}

declare class TextDecoder {
  constructor(label: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}

declare class URL {
  constructor(url: string, base?: string)
  readonly href: string
  readonly origin: string
  readonly protocol: string
  readonly host: string
  readonly hostname: string
  readonly searchParams: { get(name: string): string | null }
  search: string
  readonly username: string
  readonly password: string
}

declare class Headers implements Iterable<[string, string]> {
  constructor(init?: unknown)
  get(name: string): string | null
  has(name: string): boolean
  set(name: string, value: string): void
  delete(name: string): void
  [Symbol.iterator](): IterableIterator<[string, string]>
}

declare class ReadableStream {
  getReader(): {
    read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: undefined }>
    cancel(): Promise<void>
  }
}

declare class Request {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: ReadableStream | null
  readonly redirect: string
  readonly mode: string
  readonly signal: AbortSignal
}

declare class Response {
  constructor(body: string | null, init: { status: number; headers: Readonly<Record<string, string>> })
  readonly status: number
  readonly type: string
  readonly headers: Headers
  readonly body: ReadableStream | null
  clone(): Response
  text(): Promise<string>
}

declare class AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare function fetch(url: string, init: object): Promise<Response>

declare const crypto: {
  getRandomValues(bytes: Uint8Array): Uint8Array
  readonly subtle: {
    digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer>
    importKey(
      format: 'raw',
      key: Uint8Array,
      algorithm: 'PBKDF2',
      extractable: false,
      usages: readonly ['deriveBits'],
    ): Promise<object>
    deriveBits(
      algorithm: { name: 'PBKDF2'; hash: 'SHA-256'; salt: Uint8Array; iterations: number },
      key: object,
      bits: number,
    ): Promise<ArrayBuffer>
  }
}

declare const performance: { now(): number }

declare function setTimeout(callback: () => void, milliseconds: number): unknown
declare function clearTimeout(timer: unknown): void
