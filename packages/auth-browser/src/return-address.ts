// Where to go after signing in: an address of the page's own origin, or nowhere.

import { URL } from './platform.ts'

/**
 * Reads the address to return to after signing in, as it came along in a query.
 *
 * @param address from outside, such as `new URLSearchParams(location.search).get('return')`
 * @param fallback where to go for one of another origin; default `/`
 * @returns the whole address; `fallback`'s for `//evil.example`, `/\evil.example`, `javascript:`, `blob:`, user names and the like
 * @example
 * import { returnAddress } from '@fluxauth/auth-browser'
 *
 * console.log(new URL(returnAddress('/data?id=1')).pathname) // /data
 * console.log(new URL(returnAddress('//evil.example/data')).pathname) // /
 */
export function returnAddress(address: string | null | undefined, fallback = '/'): string {
  const page = new URL(globalThis.location.href)
  try {
    const url = new URL(address ?? fallback, page)
    if (url.protocol === page.protocol && url.host === page.host && !url.username && !url.password)
      return url.href
  } catch {}
  return new URL(fallback, page).href
}
