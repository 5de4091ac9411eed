// What the client side tells an observer: what happened to a credential and why, never the credential.

/** What happened to a credential, with the origin it was for and the reason. */
export type AuthEvent =
  /** The provider gave a credential. */
  | { readonly type: 'credential-resolved'; readonly origin: string; readonly reason: 'request' }
  /** The header goes along: with a request, once more behind a redirect, or with a request that is repeated. */
  | { readonly type: 'sent'; readonly origin: string; readonly reason: 'bound-origin' | 'redirect' | 'retry' }
  /** A request goes without the credential, or without the caller's own. */
  | { readonly type: 'dropped'; readonly origin: string; readonly reason: 'other-origin' | 'redirect' }
  /** After a 401 the provider was asked again; `unchanged` means that the request is not repeated. */
  | { readonly type: 'refreshed'; readonly origin: string; readonly reason: 'changed' | 'unchanged' }
  /** The server refused the credential, and there is no better one to try. */
  | { readonly type: 'refused'; readonly origin: string; readonly reason: '401' | '403' }

/** Is told what happens to a credential. What it throws is ignored: observing must not break a request. */
export type AuthEventListener = (event: AuthEvent) => void
