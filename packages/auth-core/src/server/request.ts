// What a verifier looks at of a request: each framework's adapter tells it in this form, and the body is never touched.

/** A header that a verifier may ask for. */
export type AskedHeader = 'cookie' | 'host' | 'origin' | 'sec-fetch-site' | 'sec-fetch-mode' | 'user-agent'

/** A request, as far as it says who is calling. */
export interface ServerRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query, or absolute: it is read only where a product takes credentials in the query. */
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

const SAFE = /^(GET|HEAD|OPTIONS|TRACE)$/

/**
 * Whether a browser sent this on behalf of another site's page. Asked where a cookie, which comes along by itself, says who is calling.
 *
 * @param request that would be let in by its cookie
 * @param origins that may send it beside the server's own
 * @see Fetch Metadata Request Headers, section 2.3; RFC 9110, section 9.2.1
 */
export function isCrossSite(request: ServerRequest, origins: readonly string[]): boolean {
  if (SAFE.test(request.method)) return false
  const origin = request.header('origin')
  if (origin && origins.includes(origin)) return false
  // What the browser says of its page is right also where a proxy has changed the Host. No page can set this header.
  const site = request.header('sec-fetch-site')
  if (site) return site !== 'same-origin' && site !== 'none'
  // Without these headers it was no browser: browsers send an Origin with whatever is not safe.
  if (!origin) return false
  const from = hostOf(origin)
  return from === undefined || from !== request.header('host')?.toLowerCase()
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined // "null", the origin of a sandboxed page
  }
}

/**
 * Whether a script sent this: a native password prompt would come up over its page.
 *
 * @see Fetch Metadata Request Headers, section 2.2
 */
export function isFromScript(request: ServerRequest): boolean {
  const mode = request.header('sec-fetch-mode')
  return Boolean(mode && mode !== 'navigate')
}

/** The value of one cookie; the first where there are several. */
export function readCookie(request: ServerRequest, name: string): string | undefined {
  const cookies = request.header('cookie')
  if (!cookies) return undefined
  for (const pair of cookies.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}
