// Requests of the parity suite for whatever has the signature of `fetch`, with every form of body and headers that it takes.

import type { ParityClient, ParitySend } from './parity.ts'

/** A `fetch` and the classes that belong to it: Node's own, or those of the package undici. */
export interface FetchPlatform {
  readonly fetch: typeof globalThis.fetch
  readonly FormData: typeof globalThis.FormData
  readonly Headers: typeof globalThis.Headers
  readonly Request: typeof globalThis.Request
}

/** What a request may say beside its method and body. */
export type FetchInit = RequestInit & {
  readonly duplex?: 'half'
  /** Whether it is made as a `Request` first. */
  readonly asRequest?: true
}

type Body = NonNullable<RequestInit['body']>

/** The part of a {@link ParityClient} that is the same for everything with the signature of `fetch`. */
export type FetchRequests = Required<
  Pick<ParityClient<Body, FetchInit>, 'bodies' | 'options' | 'followsRedirects'>
> & {
  /** Makes of a `fetch` what the suite sends with. */
  send(fetch: typeof globalThis.fetch): ParitySend<Body, FetchInit>
}

/** Lists the requests to compare a `fetch` alone and wrapped with. */
export function fetchRequests({ FormData, Headers, Request }: Omit<FetchPlatform, 'fetch'>): FetchRequests {
  const form = () => {
    const form = new FormData()
    form.set('name', 'zoë')
    form.set('file', new Blob(['content'], { type: 'text/csv' }), 'a.csv')
    return form
  }
  const bytes = new TextEncoder().encode('bytes ß')
  return {
    send:
      (call) =>
      async ({ url, method, body, options: { asRequest, ...options } = {} }) => {
        const init = { method, ...options, ...(body !== undefined && { body, duplex: 'half' as const }) }
        const response = await (asRequest ? call(new Request(url, init)) : call(url, init))
        const { status, statusText, ok, redirected, type } = response
        const headers = [...response.headers]
        const text = await response.text()
        return { url: response.url, status, statusText, ok, redirected, type, headers, text }
      },
    bodies: {
      text: () => 'text ß',
      'empty text': () => '',
      bytes: () => bytes,
      'an ArrayBuffer': () => bytes.buffer,
      'a DataView': () => new DataView(bytes.buffer, 1, 3),
      'a Blob': () => new Blob(['blob'], { type: 'text/x-blob' }),
      URLSearchParams: () => new URLSearchParams({ a: 'ß', b: '&' }),
      FormData: form,
      'a ReadableStream': () => new Blob(['streamed']).stream(),
      'an async iterable': () =>
        (async function* () {
          yield new TextEncoder().encode('one')
          yield new TextEncoder().encode('two')
        })() as never,
    },
    options: {
      'headers as Headers': () => ({ headers: new Headers([['X-Mine', '1']]) }),
      'headers as pairs, repeated': () => ({
        headers: [
          ['X-Mine', '1'],
          ['x-mine', '2'],
          ['Cookie', 'a=b'],
        ],
      }),
      'headers as an object': () => ({
        headers: { 'X-Mine': '1', 'user-agent': 'mine', Accept: 'text/csv' },
      }),
      'headers as an object of no class': () => ({
        headers: Object.assign(Object.create(null), { 'x-mine': '1' }),
      }),
      'headers with a value in Latin-1': () => ({ headers: { 'x-mine': 'é' } }),
      'headers with a value in Unicode': () => ({ headers: { 'x-mine': '€' } }),
      'headers with a name that is none': () => ({ headers: { 'a b': '1' } }),
      'headers with a value that is undefined': () => ({ headers: { 'x-mine': undefined } as never }),
      'headers with a value that is a number': () => ({ headers: { 'x-mine': 1 } as never }),
      'headers with a line end in a value': () => ({ headers: { 'x-mine': 'a\r\nb: c' } }),
      'a type of content': () => ({ headers: { 'Content-Type': 'text/x-mine' } }),
      'a Content-Length that is wrong': () => ({ headers: { 'Content-Length': '3' } }),
      'a Transfer-Encoding': () => ({ headers: { 'Transfer-Encoding': 'chunked' } }),
      'an Expect': () => ({ headers: { Expect: '100-continue' } }),
      'a Connection': () => ({ headers: { Connection: 'close' } }),
      'a Host': () => ({ headers: { Host: 'virtual.test' } }),
      'an Authorization of the caller’s': () => ({ headers: { Authorization: 'Basic eDp5' } }),
      'a method in small letters': () => ({ method: 'post' }),
      'a method in small letters that stay': () => ({ method: 'patch' }),
      'a method that is none': () => ({ method: 'a b' }),
      'a method that is forbidden': () => ({ method: 'TRACE' }),
      'redirect: error': () => ({ redirect: 'error' }),
      'redirect: manual': () => ({ redirect: 'manual' }),
      'redirect: none of these': () => ({ redirect: 'sometimes' as never }),
      'a signal': () => ({ signal: new AbortController().signal }),
      'a signal that has aborted': () => ({ signal: AbortSignal.abort() }),
      'a signal that has aborted for a reason': () => ({ signal: AbortSignal.abort(new RangeError('mine')) }),
      'a signal that is none': () => ({ signal: {} as never }),
      'keepalive, cache and credentials': () => ({
        keepalive: true,
        cache: 'no-store',
        credentials: 'include',
      }),
      'a mode': () => ({ mode: 'same-origin' }),
      'a referrer': () => ({ referrer: 'about:client', referrerPolicy: 'no-referrer' }),
      'a Request': () => ({ asRequest: true }),
      'a Request with headers': () => ({ asRequest: true, headers: { 'X-Mine': '1' } }),
      'a Request with a method': () => ({ asRequest: true, method: 'patch' }),
    },
    followsRedirects: true,
  }
}
