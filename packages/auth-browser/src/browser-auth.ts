// Signs in to InfluxDB from a web page, and keeps to what was asked for last: a session whose cookie no script can read, or a token in a vault.

import { encodeBasic } from '@fluxauth/auth-core'
import { unreachable } from './diagnosis.ts'
import { SignInError, signInError } from './errors.ts'
import { AbortController, bare, hrefOf, originOf, pageFetch, Request, URL, urlOf } from './platform.ts'
import {
  type BrowserAuthState,
  createState,
  type Scheme,
  SIGNED_OUT,
  UNKNOWN,
  type Who,
  whoIn,
} from './state.ts'
import { watchPage } from './tabs.ts'
import type { CreateVault } from './vault.ts'

/** Options of {@link createBrowserAuth}. */
export interface BrowserAuthOptions {
  /** The server's origin. Https, or this machine. Default: the page's own. */
  readonly origin?: string | URL | undefined
  /** Where a token lies: `memoryVault()` or `workerVault(…)`. Without one there are sessions alone. */
  readonly vault?: CreateVault | undefined
  /** The `fetch` to use. Default: the page's own, as it is when this module loads. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** What to sign in with: user name and password, or an API token. */
export type SignInCredentials =
  | { readonly username: string; readonly password: string; readonly token?: undefined }
  | { readonly token: string }

/** A page's sign-in to one server. */
export interface BrowserAuth {
  /** Who is signed in, as far as this page knows: the same object until that changes. */
  readonly state: BrowserAuthState
  /**
   * Calls the listener at once, and on every change of `state`: a store, as Svelte has it. What the listener throws is reported, and stops
   * nothing. Returns the function that ends it.
   */
  subscribe(listener: (state: BrowserAuthState) => void): () => void
  /**
   * Asks the server whether a session from an earlier visit is still alive, and takes it up, unless something else was asked for meanwhile.
   *
   * @returns the state that there is then
   * @throws {SignInError} `ERR_UNREACHABLE` or `ERR_SIGN_IN_FAILED` where nothing came of it: it is asked again when the network is back
   */
  resume(): Promise<BrowserAuthState>
  /**
   * Signs in: with user name and password at `/api/v2/signin`, for a session whose cookie no script can read; or with an API token, which
   * goes into the vault once `/api/v2/me` has not refused it. Nothing of it is kept elsewhere. Whatever else is asked for meanwhile goes
   * before: then the answer is passed over. Where it is refused, whoever was signed in still is, but for a token, which is gone.
   *
   * @throws {SignInError} `ERR_SIGN_IN_REFUSED`, `_DISABLED`, `_LIMITED`, `_FAILED`, `_COOKIE`, `_VAULT` or `_SUPERSEDED`, or `ERR_UNREACHABLE`
   * @throws {CredentialsError} as `encodeBasic` and `encodeToken`
   */
  signIn(credentials: SignInCredentials): Promise<void>
  /**
   * Forgets token and session here at once, and ends the session on the server if there may be one, also one from before the token. Where
   * that does not work, `state` says so, and the server is told again when the network is back, also by a later visit's `resume()`.
   *
   * @throws {SignInError} `ERR_SIGN_OUT_FAILED` when the server could not be told: the session is alive there
   */
  signOut(): Promise<void>
  /**
   * `fetch` with the session or the token, for the server's origin only. Relative URLs are resolved against it. Other origins get neither.
   * A 401 ends nothing here until `/api/v2/me` confirms it: InfluxDB 2 answers so for a missing permission too.
   *
   * @throws {SignInError} `ERR_FETCH_NO_CORS`; `ERR_UNREACHABLE` in the place of `fetch`'s TypeError, which is its `cause`
   * @throws {VaultError} with a token: `ERR_VAULT_REDIRECT`, and what else the vault refuses
   */
  readonly fetch: typeof globalThis.fetch
  /** Ends listeners, channel and vault. The session stays as it is. */
  dispose(): void
}

/**
 * Makes a page's sign-in to one server. Does nothing by itself until `resume` or `signIn` is called; then it looks again
 * when another tab has signed in or out, when the page comes back, and when the network does.
 *
 * @param options the server's `origin`, and a `vault` for tokens
 * @returns of state `unknown`, to begin with
 * @throws {SignInError} `ERR_SIGN_IN_ORIGIN` or `ERR_SIGN_IN_OPTION`
 * @example
 * import { createBrowserAuth } from '@fluxauth/auth-browser'
 *
 * const auth = createBrowserAuth()
 * document.querySelector('form')?.addEventListener('submit', async (event) => {
 *   event.preventDefault()
 *   const form = new FormData(event.currentTarget as HTMLFormElement)
 *   await auth.signIn({ username: String(form.get('username')), password: String(form.get('password')) })
 *   console.log((await auth.fetch('/api/v2/buckets')).status) // 200
 * })
 * @see InfluxDB v2 API, "Signin"
 */
export function createBrowserAuth(options: BrowserAuthOptions = {}): BrowserAuth {
  for (const [name, value] of Object.entries(options)) {
    const isGood = name === 'origin' || (/^(vault|fetch)$/.test(name) && /^[fu]/.test(typeof value))
    if (!isGood)
      throw new SignInError('ERR_SIGN_IN_OPTION', 'There are origin, and the functions vault and fetch')
  }
  const { fetch: send = pageFetch } = options
  const origin = readOrigin(options.origin ?? globalThis.location?.origin)
  const vault = origin ? options.vault?.(origin, send) : undefined
  const store = createState()
  /** What is so until a sign-in has its answer. */
  let settled = UNKNOWN
  /** Counts what was asked for: an answer counts only if nothing was asked for since. */
  let generation = 0
  /** Ends the waiting for an answer that no longer counts. */
  let waiting = new AbortController()
  /** How many sign-outs are under way. */
  let signingOut = 0
  /** Whether the browser may hold the cookie of a session, whatever the state. */
  let mayHaveSession = origin === globalThis.location?.origin
  /** When the last request that changes the cookie has its answer, or none. */
  let turn: Promise<unknown> = Promise.resolve()
  let looking: Promise<void> | undefined
  let disposed = false

  const ask = (): number => {
    if (disposed) throw superseded()
    waiting.abort()
    waiting = new AbortController()
    return ++generation
  }
  const settle = (next: BrowserAuthState): void => {
    settled = next
    store.set(next)
  }
  const isBusy = (): boolean => store.get().status === 'signing-in' || signingOut > 0
  const call = (path: string, init?: RequestInit): Promise<Response> => {
    const { signal } = waiting
    const defaults = { credentials: 'include', redirect: 'error', cache: 'no-store', signal } as const
    return send(new URL(path, origin).href, bare({ ...defaults, ...init }))
  }
  const askMe = (scheme: Scheme): Promise<Response> =>
    scheme === 'token' && vault
      ? vault.fetch(origin + ME, { cache: 'no-store', signal: waiting.signal })
      : call(ME)
  /** Reads what `/api/v2/me` says; `undefined` where it is not that nobody is signed in, and does not say who is. */
  const readMe = async (response: Response): Promise<Partial<Who> & { readonly message?: string }> =>
    Object((await response.json().catch(() => undefined)) as unknown)

  /** Looks whether the server still knows who is signed in, and whether it is the same user. */
  const look = (ended: 'expired' | 'signed-out' = 'expired'): Promise<void> => {
    const mine = ask()
    const scheme = schemeOf(settled)
    const run = async (): Promise<void> => {
      const { response, cause } = await outcome(askMe(scheme))
      if (mine !== generation) return
      if (!response) throw await unreachable(send, origin, scheme, cause)
      const body = await readMe(response)
      if (mine !== generation) return
      const { status } = response
      if (response.ok) {
        mayHaveSession ||= scheme === 'basic'
        settle({ status: 'signed-in', scheme, who: toWho(body) })
      } else if (status === 401 && !isPermission(body.message)) {
        if (scheme === 'basic') mayHaveSession = false
        const before = settled.status === 'signed-in' || settled.status === 'expired'
        settle(before && ended === 'expired' ? { status: ended, scheme, who: whoIn(settled) } : SIGNED_OUT)
      } else if (settled === UNKNOWN) throw signInError(status)
    }
    const mineToo = run().finally(() => {
      if (looking === mineToo) looking = undefined
    })
    looking = mineToo
    return mineToo
  }

  /**
   * Requests that change the cookie go one after the other: an answer to an earlier one would undo what a later one did.
   *
   * @param mine not sent any more where something else was asked for since
   */
  const inTurn = (path: string, init: RequestInit, mine?: number): Promise<Response> => {
    const asked = turn.then(() => {
      if (mine !== undefined && mine !== generation) throw superseded()
      return call(path, { method: 'POST', ...init })
    })
    turn = asked.catch(ignore)
    return asked
  }
  /** Tells the server to end the session, and says whether there is none any more. */
  const end = async (): Promise<boolean> => {
    const { response } = await outcome(inTurn('/api/v2/signout', { signal: null }))
    return response?.ok || response?.status === 401
  }
  const finishSignOut = async (mine: number): Promise<void> => {
    settle({ status: 'signed-out', sessionLives: true })
    tabs.note(true)
    signingOut++
    const ended = await end()
    signingOut--
    if (ended) {
      mayHaveSession = false
      tabs.note(false)
      tabs.tell()
    }
    if (mine !== generation) return
    if (ended) return settle(SIGNED_OUT)
    throw new SignInError(
      'ERR_SIGN_OUT_FAILED',
      'Signed out here. The session still lives on the server: it is ended when the network is back',
    )
  }

  /** Signs in, step by step; where it does not work all is as before. */
  const begin = async (scheme: Scheme, steps: (mine: number) => Promise<Who | undefined>): Promise<void> => {
    const mine = ask()
    store.set({ status: 'signing-in', scheme, who: whoIn(settled) })
    try {
      const who = await steps(mine)
      if (mine !== generation) throw superseded()
      settle({ status: 'signed-in', scheme, who })
    } catch (error) {
      if (mine !== generation) throw superseded()
      store.set(settled)
      throw error
    }
  }
  /** Waits for an answer; where there is none it says why. */
  const answered = async (scheme: Scheme, asked: Promise<Response>): Promise<Response> => {
    const { response, cause } = await outcome(asked)
    if (!response) throw await unreachable(send, origin, scheme, cause)
    return response
  }

  const signInBasic = async ({
    username,
    password,
  }: {
    username: string
    password: string
  }): Promise<void> => {
    const authorization = encodeBasic(username, password)
    await begin('basic', async (mine) => {
      const { signal } = waiting
      // One that was still asked about.
      if (schemeOf(settled) !== 'token') vault?.clear()
      const had = mayHaveSession
      mayHaveSession = true
      const headers = bare({ authorization })
      const { ok, status } = await answered('basic', inTurn('/api/v2/signin', { headers, signal }, mine))
      if (mine !== generation) return undefined
      if (!ok) {
        mayHaveSession = had
        throw signInError(status)
      }
      tabs.note(false)
      const { response } = await outcome(askMe('basic'))
      const body = response?.ok ? await readMe(response) : {}
      if (mine !== generation) return undefined
      if (response?.status === 403 || response?.status === 401) {
        // The cookie of an earlier session is gone with it.
        if (settled.status === 'signed-in' && settled.scheme === 'basic')
          settled = { ...settled, status: 'expired' }
        if (response.status === 401) throw signInError(0)
        await end()
        throw signInError(403)
      }
      vault?.clear()
      tabs.tell()
      return toWho(body)
    })
  }
  const signInToken = async (token: string): Promise<void> => {
    if (!vault) throw new SignInError('ERR_SIGN_IN_VAULT', 'Give createBrowserAuth a vault for tokens')
    await begin('token', async (mine) => {
      // The token before goes in any case.
      if (settled.status === 'signed-in' && settled.scheme === 'token')
        settled = { ...settled, status: 'expired' }
      try {
        await vault.hold(token)
        if (mine !== generation) return undefined
        const response = await answered('token', askMe('token'))
        if (mine !== generation) return undefined
        const body = await readMe(response)
        if (!response.ok && response.status !== 404 && !isPermission(body.message))
          throw signInError(response.status)
        return response.ok ? toWho(body) : undefined
      } catch (error) {
        if (mine === generation) vault.clear()
        throw error
      }
    })
  }

  const tabs = watchPage(`fluxauth ${origin}`, (why) => {
    if (isBusy() || schemeOf(settled) === 'token') return
    const state = store.get()
    const lives = state.status === 'signed-out' && state.sessionLives
    if (lives && tabs.noted() !== false) void finishSignOut(ask()).catch(ignore)
    else if (why !== 'back' || (state.status !== 'signed-out' && (mayHaveSession || state !== UNKNOWN)))
      void look(why === 'told' ? 'signed-out' : 'expired').catch(ignore)
  })

  return {
    get state() {
      return store.get()
    },
    subscribe: store.subscribe,
    async resume() {
      if (!isBusy() && settled.status !== 'signed-in') {
        if (tabs.noted()) await finishSignOut(ask())
        else {
          mayHaveSession = true
          for (let last = look(); ; last = looking) {
            await last
            if (!looking || looking === last) break
          }
        }
      }
      return store.get()
    },
    signIn: async (credentials) =>
      credentials.token === undefined ? signInBasic(credentials) : signInToken(credentials.token),
    async signOut() {
      const mine = ask()
      vault?.clear()
      if (mayHaveSession || settled === UNKNOWN) await finishSignOut(mine)
      else settle(SIGNED_OUT)
    },
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? urlOf(input) : String(input), origin)
      const current = settled
      const scheme = originOf(url) === origin && current.status === 'signed-in' ? current.scheme : undefined
      if (scheme && (init?.mode ?? (input as Request).mode) === 'no-cors') {
        throw new SignInError(
          'ERR_FETCH_NO_CORS',
          "mode: 'no-cors' drops the Authorization header: use 'cors'",
        )
      }
      const request = input instanceof Request ? input : hrefOf(url)
      const credentials = scheme ? 'include' : 'omit'
      const sent =
        scheme === 'token' && vault ? vault.fetch(request, init) : send(request, { ...init, credentials })
      const response = await (scheme ? answered(scheme, sent) : sent)
      if (scheme && response.status === 401 && settled === current && !looking && !isBusy()) {
        void look().catch(ignore)
      }
      return response
    },
    dispose() {
      disposed = true
      generation++
      waiting.abort()
      vault?.dispose()
      tabs.dispose()
      store.dispose()
    },
  }
}

const ME = '/api/v2/me'

function ignore(): void {}

async function outcome(asked: Promise<Response>): Promise<{ response?: Response; cause?: unknown }> {
  try {
    return { response: await asked }
  } catch (cause) {
    return { cause }
  }
}

function schemeOf(state: BrowserAuthState): Scheme {
  return 'scheme' in state ? state.scheme : 'basic'
}

function toWho({ id, name }: Partial<Who>): Who | undefined {
  return id && name ? { id, name } : undefined
}

/** Whether a 401 says that the credential is good, and may not do this. @see InfluxDB 2.8.0, seen on a running server */
function isPermission(message: unknown): boolean {
  return `${message}`.endsWith(' is unauthorized')
}

/** Rendering on a server there may be none, and nothing is asked for. */
function readOrigin(given: string | URL | undefined): string {
  if (given === undefined && !globalThis.location) return ''
  try {
    const { origin, protocol, hostname } = new URL(given ?? '')
    if (
      protocol === 'https:' ||
      (protocol === 'http:' && /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname))
    )
      return origin
  } catch {}
  throw new SignInError('ERR_SIGN_IN_ORIGIN', 'The origin has to be one of https, or of this machine')
}

function superseded(): SignInError {
  return new SignInError('ERR_SIGN_IN_SUPERSEDED', 'Something else was asked for before the server answered')
}
