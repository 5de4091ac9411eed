// Where a redirect leads, and what must not go along: one policy for `fetch` and every other HTTP client.

import { RedirectError } from './errors.ts'

/** What must not follow a redirect to another origin (Fetch, section 4.4, "HTTP-redirect fetch", and more). */
export const CREDENTIAL_HEADERS: readonly string[] = ['authorization', 'proxy-authorization', 'cookie']

/** What describes a body, and goes when a redirect drops the body (Fetch, section 2.2.2, "request-body-header name"; RFC 9110, sections 6.5 and 10.1.1). */
export const BODY_HEADERS: readonly string[] = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
  'transfer-encoding',
  'trailer',
  'expect',
]

const ASCII = /^[ -~]*$/
const BYTES = /^[\0-\xff]*$/

/** As many redirects as the Fetch standard follows. */
export const MAX_REDIRECTS = 20

/** A redirect that may be followed. */
export interface Redirect {
  readonly url: URL
  readonly method: string
  /** Whether the body goes, and {@link BODY_HEADERS} with it. */
  readonly dropsBody: boolean
  /**
   * Whether the origin changes: the caller's `Host` must go; and unless the credential is bound to both, {@link CREDENTIAL_HEADERS}
   * must go and never come back.
   */
  readonly leavesOrigin: boolean
}

/**
 * Reads a redirect.
 *
 * @param status of the answer
 * @param location its `Location` value: as text, or each byte as a character, as HTTP clients give headers
 * @param url of the request
 * @param method of the request
 * @param redirects how many were followed before this one
 * @param maxRedirects how many may be followed
 * @returns the request to send next, or `undefined` when the answer is no redirect
 * @throws {RedirectError} `ERR_REDIRECT_LOCATION` or `ERR_REDIRECT_COUNT`
 * @example
 * import { readRedirect } from '@fluxauth/auth-core/client'
 *
 * const url = new URL('https://influx.example/api/v2/write')
 * const next = readRedirect(307, 'https://eu.influx.example/api/v2/write', url, 'POST', 0)
 * console.log(next?.method, next?.dropsBody, next?.leavesOrigin) // POST false true
 * @see Fetch standard, section 4.4, "HTTP-redirect fetch"
 */
export function readRedirect(
  status: number,
  location: string | null | undefined,
  url: { readonly origin: string; readonly href: string },
  method: string,
  redirects: number,
  maxRedirects: number = MAX_REDIRECTS,
): Redirect | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return undefined
  const next = readLocation(location, url.href)
  if (redirects >= maxRedirects) {
    throw new RedirectError(
      'ERR_REDIRECT_COUNT',
      `More than ${maxRedirects} redirects: the server sends in circles`,
    )
  }
  const dropsBody =
    status === 303
      ? method !== 'GET' && method !== 'HEAD'
      : (status === 301 || status === 302) && method === 'POST'
  return {
    url: next,
    method: dropsBody ? 'GET' : method,
    dropsBody,
    leavesOrigin: next.origin !== url.origin,
  }
}

function readLocation(location: string, base: string): URL {
  let url: URL
  try {
    url = new URL(fromBytes(location), base)
  } catch {
    throw new RedirectError('ERR_REDIRECT_LOCATION', 'The server redirects to what is not a URL')
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new RedirectError(
      'ERR_REDIRECT_LOCATION',
      'The server redirects to a URL that is not http(s), or holds a password',
    )
  }
  return url
}

/** A header's bytes as UTF-8, as `fetch` reads a `Location`: what is not well-formed becomes U+FFFD. */
function fromBytes(location: string): string {
  if (ASCII.test(location) || !BYTES.test(location)) return location
  const bytes = Uint8Array.from(location, (byte) => byte.charCodeAt(0))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
