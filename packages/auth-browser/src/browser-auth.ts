// Signs in to InfluxDB from a web page: a session whose cookie no script can read, or a token held in memory.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { allowed, checkOptions, createAuthorizer, createTarget, withAuth } from '@fluxauth/auth-core/client'
import { SignInError } from './errors.ts'

// Taken as the module loads: what another script puts in their place later is not handed a password.
const { AbortController, Request, URL } = globalThis
const platform: typeof globalThis & { readonly reportError?: (error: unknown) => void } = globalThis
const reportError = platform.reportError ?? ((error: unknown) => console.error(error))
const pageFetch = globalThis.fetch.bind(globalThis)

/** Who is signed in, as far as this page knows. */
export type BrowserAuthState = 'signed-out' | 'session' | 'token'

/** Options of {@link createBrowserAuth}. */
export interface BrowserAuthOptions {
  /** The server's origin, for example `location.origin`. Https, or this machine. */
  readonly origin: string | URL
  /** The `fetch` to use. Default: the page's own, as it is when this module loads. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** A page's sign-in to one server. */
export interface BrowserAuth {
  /** Who is signed in, as far as this page knows. */
  readonly state: BrowserAuthState
  /**
   * Signs in with Basic at `/api/v2/signin`. Keeps neither user name nor password: the server answers with a cookie that scripts
   * cannot read. Whatever else is asked for meanwhile goes before: then the answer is passed over.
   *
   * @throws {SignInError} `ERR_SIGN_IN_REFUSED`, `_DISABLED`, `_LIMITED`, `_FAILED`, `_UNREACHABLE` or `_SUPERSEDED`
   * @throws {CredentialsError} as `encodeBasic`
   */
  signIn(credentials: { readonly username: string; readonly password: string }): Promise<void>
  /**
   * Uses an API token from now on, until the page is left. It is in no storage and no cookie.
   *
   * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` or `ERR_CREDENTIALS_TYPE`
   */
  useToken(token: string): void
  /**
   * Asks the server whether a session from an earlier visit is still alive, and takes it up, unless something else was asked for meanwhile.
   *
   * @returns the state that there is then; rejects as `fetch` does when there is no answer
   */
  resume(): Promise<BrowserAuthState>
  /**
   * Forgets the token, and ends the session on the server if there may be one: one that was signed in to or taken up, also before a token
   * was used. It knows nothing of a session from an earlier visit that nobody asked for with `resume()`.
   *
   * @throws {SignInError} `ERR_SIGN_OUT_FAILED` when the server could not be told: the session is alive, try again
   */
  signOut(): Promise<void>
  /**
   * `fetch` with the session or the token, for the server's origin only. Relative URLs are resolved against it. Other origins get
   * neither, and nobody gets a cookie unless `state` is `'session'`. With a token a redirect is refused, since a browser does not let a script see where it leads.
   *
   * @throws {TargetError} `ERR_TARGET_NO_CORS` and others, as `withAuth`
   * @throws {RedirectError} `ERR_REDIRECT_REFUSED`
   */
  readonly fetch: typeof globalThis.fetch
  /** Calls the listener on every change of `state`. What it throws is reported, and stops nothing. Returns the function that ends it. */
  subscribe(listener: (state: BrowserAuthState) => void): () => void
}

/**
 * Makes a page's sign-in to one server.
 *
 * @param options the server's `origin`
 * @returns signed out, to begin with; see {@link BrowserAuth.resume}
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createBrowserAuth } from '@fluxauth/auth-browser'
 *
 * const auth = createBrowserAuth({ origin: location.origin })
 * document.querySelector('form')?.addEventListener('submit', async (event) => {
 *   event.preventDefault()
 *   const form = new FormData(event.currentTarget as HTMLFormElement)
 *   await auth.signIn({ username: String(form.get('username')), password: String(form.get('password')) })
 *   console.log((await auth.fetch('/api/v2/buckets')).status) // 200
 * })
 * @see InfluxDB v2 API, "Signin"
 */
export function createBrowserAuth(options: BrowserAuthOptions): BrowserAuth {
  checkOptions(options, RULES)
  const { origin, fetch: send = pageFetch } = options
  const target = createTarget({ origin })
  const listeners = new Set<(state: BrowserAuthState) => void>()
  let tokenFetch: typeof send | undefined
  let state: BrowserAuthState = 'signed-out'
  /** Whether the browser may hold the cookie of a session, whatever the state. */
  let mayHaveSession = false
  /** Counts what was asked for: an answer counts only if nothing was asked for since. */
  let generation = 0
  let wantsNobody = false
  /** Counts sessions: a refusal is about the one that the request went with. */
  let session = 0
  /** Ends the waiting for an answer that no longer counts. */
  let waiting = new AbortController()

  const ask = (nobody = false): number => {
    wantsNobody = nobody
    waiting.abort()
    waiting = new AbortController()
    return ++generation
  }
  const become = (next: BrowserAuthState, fetchWithToken?: typeof send): void => {
    tokenFetch = fetchWithToken
    if (next === 'session') session++
    if (next === state) return
    state = next
    for (const listener of [...listeners]) {
      try {
        listener(state)
      } catch (error) {
        reportError(error)
      }
      if (state !== next) return // a listener has changed it, and all were told
    }
  }
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    const defaults = { credentials: 'include', redirect: 'error', cache: 'no-store' } as const
    return await send(new URL(path, target.origins[0]).href, { ...defaults, ...init })
  }
  const endSession = async (): Promise<Response | undefined> =>
    call('/api/v2/signout', { method: 'POST' }).catch(() => undefined)

  return {
    get state() {
      return state
    },
    async signIn({ username, password }) {
      const authorization = encodeBasic(username, password)
      const mine = ask()
      const { signal } = waiting
      const had = mayHaveSession
      mayHaveSession = true
      let response: Response
      try {
        response = await call('/api/v2/signin', { method: 'POST', headers: { authorization }, signal })
      } catch (cause) {
        if (mine !== generation) throw superseded()
        throw new SignInError(
          'ERR_SIGN_IN_UNREACHABLE',
          'No answer: is the server up, and does it let this page call it (CORS)?',
          undefined,
          { cause },
        )
      }
      if (mine !== generation) {
        mayHaveSession ||= response.ok
        // Signed out meanwhile, so that nobody else would end it.
        if (response.ok && wantsNobody) await endSession()
        throw superseded()
      }
      if (!response.ok) {
        mayHaveSession = had
        throw signInError(response.status)
      }
      become('session')
    },
    useToken(token) {
      encodeToken(token)
      ask()
      become('token', withAuth(send, createAuthorizer({ origin, credentials: token })))
    },
    async resume() {
      if (state !== 'signed-out') return state
      const mine = generation
      let response: Response
      try {
        response = await call('/api/v2/me', { signal: waiting.signal })
      } catch (error) {
        mayHaveSession = true
        if (mine !== generation) return state
        throw error
      }
      if (response.status !== 401) mayHaveSession = true
      if (response.ok && mine === generation) become('session')
      return state
    },
    async signOut() {
      const mine = ask(true)
      if (state === 'token') become('signed-out')
      if (mayHaveSession) {
        const response = await endSession()
        if (mine !== generation) return
        // 401: the session had ended already.
        if (!response?.ok && response?.status !== 401) {
          throw new SignInError(
            'ERR_SIGN_OUT_FAILED',
            'The server could not end the session, so it is still alive: try again',
            response?.status,
          )
        }
        mayHaveSession = false
      }
      become('signed-out')
    },
    async fetch(input, init) {
      if (tokenFetch) return tokenFetch(input, { ...init, credentials: 'omit' })
      const mine = session
      const url = target.resolve(input instanceof Request ? input.url : String(input))
      const isOurs = state === 'session' && target.includes(url)
      const response = await send(input instanceof Request ? input : url.href, {
        ...init,
        credentials: isOurs ? 'include' : 'omit',
      })
      if (isOurs && response.status === 401 && state === 'session' && mine === session) become('signed-out')
      return response
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What the options may be. */
const RULES = {
  origin: {
    wanted: 'an origin, like location.origin',
    test: (value: unknown) => typeof value === 'string' || value instanceof URL,
  },
  fetch: allowed.callback,
}

function superseded(): SignInError {
  return new SignInError('ERR_SIGN_IN_SUPERSEDED', 'Something else was asked for before the server answered')
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
