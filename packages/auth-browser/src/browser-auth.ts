// Signs in to InfluxDB from a web page: a session whose cookie no script can read, or a token held in memory.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { createAuthorizer, createTarget, withAuth } from '@fluxauth/auth-core/client'
import { SignInError } from './errors.ts'

/** Who is signed in, as far as this page knows. */
export type BrowserAuthState = 'signed-out' | 'session' | 'token'

/** Options of {@link createBrowserAuth}. */
export interface BrowserAuthOptions {
  /** The server's origin, for example `location.origin`. Https, or this machine. */
  readonly origin: string | URL
  /** The `fetch` to use. Default: the page's own. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** A page's sign-in to one server. */
export interface BrowserAuth {
  /** Who is signed in, as far as this page knows. */
  readonly state: BrowserAuthState
  /**
   * Signs in with Basic at `/api/v2/signin`. Keeps neither user name nor password: the server answers with a cookie that scripts
   * cannot read.
   *
   * @throws {SignInError} `ERR_SIGN_IN_REFUSED`, `_DISABLED`, `_LIMITED`, `_FAILED` or `_UNREACHABLE`
   * @throws {CredentialsError} as `encodeBasic`
   */
  signIn(credentials: { readonly username: string; readonly password: string }): Promise<void>
  /**
   * Uses an API token from now on, until the page is left. It is in no storage and no cookie.
   *
   * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` or `ERR_CREDENTIALS_TYPE`
   */
  useToken(token: string): void
  /** Asks the server whether a session from an earlier visit is still alive, and takes it up. */
  resume(): Promise<BrowserAuthState>
  /**
   * Ends the session on the server, or forgets the token.
   *
   * @throws {SignInError} `ERR_SIGN_OUT_FAILED` when the server could not be told: the session is alive, try again
   */
  signOut(): Promise<void>
  /**
   * `fetch` with the session or the token, for the server's origin only. Relative URLs are resolved against it. Other origins get
   * neither. With a token a redirect is refused, since a browser does not let a script see where it leads.
   *
   * @throws {TargetError} `ERR_TARGET_NO_CORS` and others, as `withAuth`
   * @throws {RedirectError} `ERR_REDIRECT_REFUSED`
   */
  readonly fetch: typeof globalThis.fetch
  /** Calls the listener on every change of `state`. Returns the function that ends it. */
  subscribe(listener: (state: BrowserAuthState) => void): () => void
}

/**
 * Makes a page's sign-in to one server.
 *
 * @param options the server's `origin`
 * @returns signed out, to begin with; see {@link BrowserAuth.resume}
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @example
 * const auth = createBrowserAuth({ origin: location.origin })
 * await auth.signIn({ username, password })
 * const response = await auth.fetch('/api/v2/buckets')
 * @see InfluxDB v2 API, "Signin"
 */
export function createBrowserAuth(options: BrowserAuthOptions): BrowserAuth {
  const { origin, fetch: send = (input, init) => globalThis.fetch(input, init) } = options
  const target = createTarget({ origin })
  const listeners = new Set<(state: BrowserAuthState) => void>()
  let tokenFetch: typeof send | undefined
  let state: BrowserAuthState = 'signed-out'

  const become = (next: BrowserAuthState, fetchWithToken?: typeof send): void => {
    tokenFetch = fetchWithToken
    if (next === state) return
    state = next
    for (const listener of listeners) listener(state)
  }
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    const defaults = { credentials: 'include', redirect: 'error', cache: 'no-store' } as const
    return await send(new URL(path, target.origins[0]).href, { ...defaults, ...init })
  }

  return {
    get state() {
      return state
    },
    async signIn({ username, password }) {
      const authorization = encodeBasic(username, password)
      let response: Response
      try {
        response = await call('/api/v2/signin', { method: 'POST', headers: { authorization } })
      } catch (cause) {
        throw new SignInError(
          'ERR_SIGN_IN_UNREACHABLE',
          'No answer: is the server up, and does it let this page call it (CORS)?',
          undefined,
          { cause },
        )
      }
      if (!response.ok) throw signInError(response.status)
      become('session')
    },
    useToken(token) {
      encodeToken(token)
      become('token', withAuth(send, createAuthorizer({ origin, credentials: token })))
    },
    async resume() {
      if (state === 'signed-out' && (await call('/api/v2/me')).ok) become('session')
      return state
    },
    async signOut() {
      if (state === 'session') {
        const response = await call('/api/v2/signout', { method: 'POST' }).catch(() => undefined)
        // 401: the session had ended already.
        if (!response?.ok && response?.status !== 401) {
          throw new SignInError(
            'ERR_SIGN_OUT_FAILED',
            'The server could not end the session, so it is still alive: try again',
            response?.status,
          )
        }
      }
      become('signed-out')
    },
    async fetch(input, init) {
      if (tokenFetch) return tokenFetch(input, { ...init, credentials: 'omit' })
      const url = target.resolve(input instanceof Request ? input.url : String(input))
      const bound = target.includes(url)
      const response = await send(input instanceof Request ? input : url.href, {
        ...init,
        credentials: bound ? 'include' : 'omit',
      })
      if (bound && response.status === 401 && state === 'session') become('signed-out')
      return response
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function signInError(status: number): SignInError {
  switch (status) {
    case 401:
      return new SignInError('ERR_SIGN_IN_REFUSED', 'User name or password is wrong', status)
    case 403:
      return new SignInError(
        'ERR_SIGN_IN_DISABLED',
        'The account is disabled: ask who runs the server',
        status,
      )
    case 429:
      return new SignInError(
        'ERR_SIGN_IN_LIMITED',
        'Too many attempts: wait a moment, then try again',
        status,
      )
    default:
      return new SignInError(
        'ERR_SIGN_IN_FAILED',
        `The server answered ${status}: is it InfluxDB v2 or Cloud?`,
        status,
      )
  }
}
