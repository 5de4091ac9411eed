// What a verifier looks at of a request: each framework's adapter tells it in this form, and the body is never touched.

import { isPromise } from '../../awaitable.ts'
import { OptionsError } from '../../options.ts'

/** A header that a verifier may ask for. */
export type AskedHeader =
  | 'accept'
  | 'cookie'
  | 'host'
  | 'origin'
  | 'sec-fetch-mode'
  | 'sec-fetch-site'
  | 'upgrade'
  | 'user-agent'
  | 'x-requested-with'

/** A request, as far as it says who is calling. */
export interface ServerRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query, absolute, or whatever else was sent: it is read only where credentials are taken in the query. */
  readonly url: string
  /** The `Authorization` value; a list where several field lines were sent, of which none is chosen. */
  readonly authorization: string | readonly string[] | undefined
  /** The client's address, for limits and audit. */
  readonly address?: string | undefined
  /** Whether it came over TLS, as far as the client is concerned. */
  readonly secure: boolean
  /** Whether the client has gone meanwhile, where that can be told: a guard asks after a wait. */
  readonly gone?: boolean | undefined
  header(name: AskedHeader): string | null | undefined
}

/** An application may tell the address by a function that throws: where there is something else to tell, it does not stand in the way. */
export function addressOf(request: ServerRequest): string | undefined {
  try {
    return request.address
  } catch {
    return undefined
  }
}

/**
 * What a function of the application's told of a request, which has to be no promise: that would be an address, and true, whatever it comes
 * to.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE` for a promise
 */
export function atOnce<T>(told: T): T {
  if (!isPromise<unknown>(told)) return told
  told.then(undefined, () => undefined)
  throw new OptionsError(
    'ERR_OPTION_VALUE',
    'address, secure and read have to answer at once: one gave a promise',
  )
}

/**
 * Whether a browser sent this on behalf of another site's page. Asked where what says who is calling may have come along by itself: a
 * cookie, or the user name and password that a browser keeps once it has asked for them.
 *
 * A WebSocket begins with a GET, and no rule of the browser keeps a page from opening one to another site: so it is not safe.
 *
 * @param request that would be let in
 * @param origins that may send it beside the server's own
 * @see Fetch Metadata Request Headers, section 2.3; RFC 9110, section 9.2.1; RFC 6455, section 10.2
 */
export function isCrossSite(request: ServerRequest, origins: readonly string[]): boolean {
  if (isSafe(request.method) && !request.header('upgrade')) return false
  const origin = request.header('origin')
  if (origin && origins.includes(origin)) return false
  // What the browser says of its page is right also where a proxy has changed the Host. No page can set this header.
  const site = request.header('sec-fetch-site')
  if (site) return site !== 'same-origin' && site !== 'none'
  // Without these headers it was no browser: browsers send an Origin with whatever is not safe, and with every WebSocket.
  return Boolean(origin) && !isOwn(origin as string, request)
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE'
}

/** Scheme, and all behind it: an origin has no path. */
const ORIGIN = /^(https?):\/\/([^/?#@\\\s]+)$/i

/** Whether an origin is the server's own, however it and the Host are spelt. */
function isOwn(origin: string, request: ServerRequest): boolean {
  const [, scheme, from] = ORIGIN.exec(origin) ?? [] // "null" is the origin of a sandboxed page
  const host = request.header('host')
  if (!scheme || !from || !host) return false
  // A page that came in clear may be anybody's. The other way round a proxy may have ended TLS without anybody saying so.
  if (scheme.toLowerCase() === 'http' && request.secure) return false
  const own = authorityOf(scheme, host)
  return own !== undefined && own === authorityOf(scheme, from)
}

/** Host and port in one spelling: case, default port, form of an IP address, Punycode, and the dot that ends a full name. */
function authorityOf(scheme: string, host: string): string | undefined {
  if (!ORIGIN.test(`http://${host}`)) return undefined
  try {
    return new URL(`${scheme}://${host}`).host.replace(/\.(?=:|$)/, '')
  } catch {
    return undefined
  }
}

/**
 * Whether a script sent this: a native password prompt would come up over its page.
 *
 * Browsers say so themselves, but not to a server without TLS that is not on their own machine. There a page that is being opened is told
 * by what it accepts.
 *
 * @see Fetch Metadata Request Headers, section 2.2
 */
export function isFromScript(request: ServerRequest): boolean {
  const mode = request.header('sec-fetch-mode')
  if (mode) return mode !== 'navigate'
  if (request.header('x-requested-with')) return true
  if (!request.header('user-agent')?.startsWith('Mozilla/')) return false
  // There are programs that call themselves a browser, and wait to be asked: PowerShell says nothing of what it accepts.
  const accept = request.header('accept')
  return Boolean(accept) && !accept?.includes('text/html')
}

/**
 * The value of one cookie, without quotes around it; a list where it came with several values, of which none is chosen: a page of a sister site can add one of its
 * own, and in which order they come is not for the server to say.
 */
export function readCookie(request: ServerRequest, name: string): string | readonly string[] | undefined {
  const cookies = request.header('cookie')
  if (!cookies) return undefined
  let found: string | readonly string[] | undefined
  for (const pair of cookies.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 1 || pair.slice(0, equals).trim() !== name) continue
    // Quotes around a value are no part of it: the clients of some languages write them.
    const value = pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
    if (found === undefined) found = value
    else if (value !== found) found = [value].concat(found)
  }
  return found
}
