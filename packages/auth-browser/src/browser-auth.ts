// Signs in to InfluxDB from a web page, and keeps to what was asked for last: a session whose cookie no script can read, or a token in a vault.

import { encodeBasic } from '@fluxauth/auth-core'
import type { BrowserAuth, BrowserAuthOptions } from './contract.ts'
import { SignInError, signInError, superseded } from './errors.ts'
import { AbortController, bare, hrefOf, isRequest, originOf, pageFetch, targetOf } from './platform.ts'
import { createServer, readMe, readOrigin } from './server.ts'
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
    if (!/^(origin .*|(vault|fetch) (function|undefined))$/.test(`${name} ${typeof value}`))
      throw new SignInError('ERR_SIGN_IN_OPTION', 'There are origin, and the functions vault and fetch')
  }
  const { fetch: send = pageFetch } = options
  const origin = readOrigin(options.origin ?? globalThis.location?.origin)
  const vault = origin ? options.vault?.(origin, send) : undefined
  const server = createServer(origin, send, vault)
  const store = createState()
  /** What is so until a sign-in has its answer. */
  let settled = UNKNOWN
  /** What was asked for last: an answer counts only if nothing was asked for since. */
  let asked = new AbortController()
  /** How many sign-outs are under way. */
  let signingOut = 0
  /** Whether the browser may hold the cookie of a session, whatever the state. */
  let mayHaveSession = origin === globalThis.location?.origin
  /** A look that is under way, with nothing asked for since. */
  let looking: Promise<void> | undefined
  let disposed = false

  /** What is asked for now: the signal aborts as soon as something else is. */
  const ask = (): AbortSignal => {
    if (disposed) throw superseded()
    asked.abort(superseded())
    asked = new AbortController()
    looking = undefined
    return asked.signal
  }
  const settle = (next: BrowserAuthState): void => {
    settled = next
    store.set(next)
  }
  const isBusy = (): boolean => store.get().status === 'signing-in' || signingOut > 0
  /** Looks whether the server still knows who is signed in, and whether it is the same user. */
  const look = (ended: 'expired' | 'signed-out' = 'expired'): Promise<void> => {
    const signal = ask()
    const scheme = schemeOf(settled)
    const run = async (): Promise<void> => {
      const response = await server.answered(scheme, server.askMe(scheme, signal), signal)
      const { ok, status, who } = await readMe(response)
      signal.throwIfAborted()
      if (ok) {
        mayHaveSession ||= scheme === 'basic'
        settle({ status: 'signed-in', scheme, who })
      } else if (status === 401) {
        if (scheme === 'basic') mayHaveSession = false
        const before = settled.status === 'signed-in' || settled.status === 'expired'
        settle(before && ended === 'expired' ? { status: ended, scheme, who: whoIn(settled) } : SIGNED_OUT)
      } else if (settled === UNKNOWN) throw signInError(status)
    }
    const mine = run()
      .catch((error) => {
        if (!signal.aborted) throw error
      })
      .finally(() => {
        if (looking === mine) looking = undefined
      })
    looking = mine
    return mine
  }

  /** Tells the server to end the session, and says whether there is none any more. */
  const end = (): Promise<boolean> =>
    server.inTurn('/api/v2/signout', {}).then(
      ({ ok, status }) => ok || status === 401,
      () => false,
    )
  const finishSignOut = async (signal: AbortSignal): Promise<void> => {
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
    if (signal.aborted) return
    if (ended) return settle(SIGNED_OUT)
    throw new SignInError(
      'ERR_SIGN_OUT_FAILED',
      'Signed out here. On the server the session lives until the network is back',
    )
  }

  /** Signs in, step by step; where it does not work all is as before. */
  const begin = async (
    scheme: Scheme,
    steps: (signal: AbortSignal) => Promise<Who | undefined>,
  ): Promise<void> => {
    const signal = ask()
    store.set({ status: 'signing-in', scheme, who: whoIn(settled) })
    try {
      const who = await steps(signal)
      signal.throwIfAborted()
      settle({ status: 'signed-in', scheme, who })
    } catch (error) {
      signal.throwIfAborted()
      store.set(settled)
      throw error
    }
  }
  /** What was signed in with this scheme is gone, whatever comes of the next one. */
  const expire = (scheme: Scheme): void => {
    if (settled.status === 'signed-in' && settled.scheme === scheme)
      settled = { ...settled, status: 'expired' }
  }
  const signInBasic = async (username: string, password: string): Promise<void> => {
    const headers = bare({ authorization: encodeBasic(username, password) })
    await begin('basic', async (signal) => {
      // One that was still asked about.
      if (schemeOf(settled) !== 'token') vault?.clear()
      const had = mayHaveSession
      mayHaveSession = true
      const sent = server.inTurn('/api/v2/signin', { headers, signal })
      const { ok, status } = await server.answered('basic', sent, signal)
      signal.throwIfAborted()
      if (!ok) {
        mayHaveSession = had
        throw signInError(status)
      }
      tabs.note(false)
      const me = await server.askMe('basic', signal).then(readMe, ignore)
      signal.throwIfAborted()
      if (me?.status === 401 || me?.status === 403) {
        expire('basic')
        // The cookie of an earlier session is gone with it.
        if (me.status === 401) throw signInError(0)
        await end()
        throw signInError(403)
      }
      vault?.clear()
      tabs.tell()
      return me?.who
    })
  }
  const signInToken = async (token: string): Promise<void> => {
    if (!vault) throw new SignInError('ERR_SIGN_IN_VAULT', 'Give createBrowserAuth a vault for tokens')
    await begin('token', async (signal) => {
      expire('token')
      try {
        await vault.hold(token)
        signal.throwIfAborted()
        const response = await server.answered('token', server.askMe('token', signal), signal)
        const { ok, status, who } = await readMe(response)
        if (!ok && status !== 404) throw signInError(status)
        return who
      } catch (error) {
        if (!signal.aborted) vault.clear()
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
          // Asked for from several sides as a page starts: one question does for all.
          do await (looking ?? look())
          while (looking)
        }
      }
      return store.get()
    },
    signIn: async (credentials) =>
      credentials.token === undefined
        ? signInBasic(credentials.username, credentials.password)
        : signInToken(credentials.token),
    async signOut() {
      const signal = ask()
      vault?.clear()
      if (mayHaveSession || settled === UNKNOWN) await finishSignOut(signal)
      else settle(SIGNED_OUT)
    },
    async fetch(input, init) {
      const url = targetOf(input, origin)
      const current = settled
      const scheme = originOf(url) === origin && current.status === 'signed-in' ? current.scheme : undefined
      if (scheme && (init?.mode ?? (input as Request).mode) === 'no-cors') {
        throw new SignInError(
          'ERR_FETCH_NO_CORS',
          "mode: 'no-cors' drops the Authorization header: use 'cors'",
        )
      }
      const request = isRequest(input) ? input : hrefOf(url)
      const credentials = scheme ? 'include' : 'omit'
      const sent =
        scheme === 'token' && vault ? vault.fetch(request, init) : send(request, { ...init, credentials })
      const response = await (scheme ? server.answered(scheme, sent) : sent).catch((error) => {
        // With the worker the token is gone, and nobody is signed in any more who could be asked about.
        if (settled === current && error?.code === 'ERR_VAULT_WORKER') {
          expire('token')
          if (!isBusy()) store.set(settled)
        }
        throw error
      })
      if (scheme && response.status === 401 && settled === current && !looking && !isBusy() && !disposed) {
        void look().catch(ignore)
      }
      return response
    },
    dispose() {
      disposed = true
      asked.abort(superseded())
      vault?.dispose()
      tabs.dispose()
      store.dispose()
    },
  }
}

function ignore(): void {}

function schemeOf(state: BrowserAuthState): Scheme {
  return 'scheme' in state ? state.scheme : 'basic'
}
