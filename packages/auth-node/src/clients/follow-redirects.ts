// Keeps the package follow-redirects, where a client uses it, from taking a credential along to another origin.

import { type Authorizer, CREDENTIAL_HEADERS } from '@fluxauth/auth-core/client'

type Headers = Record<string, unknown>
type BeforeRedirect = (
  next: { readonly href?: string; readonly headers: Headers },
  answer: unknown,
  last: { readonly url: string; readonly headers: Readonly<Headers> },
) => void

/**
 * Makes the package's `beforeRedirect`, which takes the credential's headers out of a request unless it goes to the origin that it
 * came from. Left alone, the package keeps them for sub-domains and from http to https.
 *
 * @param given the caller's own, which is called first
 */
export function beforeRedirect(authorizer: Authorizer, given?: unknown): BeforeRedirect {
  return (next, answer, last) => {
    if (typeof given === 'function') given(next, answer, last)
    const { origin } = new URL(next.href ?? '')
    if (origin === new URL(last.url).origin) return
    for (const name of credentialNames(next.headers)) delete next.headers[name]
    if (credentialNames(last.headers).length > 0) {
      authorizer.emit({ type: 'dropped', origin, reason: 'redirect' })
    }
  }
}

function credentialNames(headers: Readonly<Headers>): string[] {
  return Object.keys(headers).filter((name) => CREDENTIAL_HEADERS.includes(name.toLowerCase()))
}
