// What is needed of the platform, taken as this module loads: what another script puts in its place later is handed no credential. Where a
// page is only tested (jsdom) some of it is missing: that is no matter until it is used.

export const AbortController: typeof globalThis.AbortController = globalThis.AbortController
export const BroadcastChannel: typeof globalThis.BroadcastChannel = globalThis.BroadcastChannel
export const Headers: typeof globalThis.Headers = globalThis.Headers
export const Request: typeof globalThis.Request = globalThis.Request
export const URL: typeof globalThis.URL = globalThis.URL

/** The page's own `fetch`. */
export const pageFetch: typeof globalThis.fetch = globalThis.fetch?.bind(globalThis)

/** Calls a function that was taken: its `call` could have been replaced. */
export const apply: typeof Reflect.apply = Reflect.apply

/** A class's getter, or that of the class that it extends: so jsdom and happy-dom have `URL`. It gives nothing for what is no object of it. */
const getter = (of: { readonly prototype: object } | undefined, name: string) => {
  const get = (of?.prototype as Inherited | undefined)?.__lookupGetter__(name) as () => string
  return (of: unknown): string | undefined => {
    try {
      return apply(get, of, [])
    } catch {}
    return undefined
  }
}

/** What every object has of old, and no types say. @see ECMA-262, B.2.2.4 */
interface Inherited {
  __lookupGetter__(name: string): unknown
}

/** Where a request goes; of what is none, nothing. To `instanceof` its class may say whatever another script wants. */
const urlOf = getter(Request, 'url')
export const originOf = getter(URL, 'origin') as (url: URL) => string
export const hrefOf = getter(URL, 'href') as (url: URL) => string

/** Whether it is one that `fetch` takes for one. */
export function isRequest(input: unknown): input is Request {
  return !!urlOf(input)
}

/** Where a request really goes: a property may have been put over the `url` of one, which `fetch` would not look at. */
export function targetOf(input: string | URL | Request, origin: string): URL {
  return new URL(urlOf(input) ?? (input as string), origin)
}

/** Has no prototype, on which another script could have put a getter that sees what else is in it. */
export function bare<T extends object>(value: T): T {
  return { __proto__: null, ...value }
}
