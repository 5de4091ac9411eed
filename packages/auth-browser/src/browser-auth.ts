// Signs in to InfluxDB from a web page, and keeps to what was asked for last: a session whose cookie no script can read, or a token in a vault.

import { encodeBasic } from '@fluxauth/auth-core'
import type { BrowserAuth, BrowserAuthOptions } from './contract.ts'
import { SignInError, signInError, superseded } from './errors.ts'
import { AbortController, bare, hrefOf, originOf, pageFetch, Request, URL, urlOf } from './platform.ts'
import { createServer, isPermission, outcome, readMe, readOrigin, toWho } from './server.ts'
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
    const isGood = name === 'origin' || (/^(vault|fetch)$/.test(name) && /^[fu]/.test(typeof value))
    if (!isGood)
      throw new SignInError('ERR_SIGN_IN_OPTION', 'There are origin, and the functions vault and fetch')
  }
  const { fetch: send = pageFetch } = options
  const origin = readOrigin(options.origin ?? globalThis.location?.origin)
  const vault = origin ? options.vault?.(origin, send) : undefined
  const server = createServer(origin, send, vault)
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
  let looking: Promise<void> | undefined
  /** What was asked for last as that began. */
  let lookedAt = 0
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
  /** Looks whether the server still knows who is signed in, and whether it is the same user. */
  const look = (ended: 'expired' | 'signed-out' = 'expired'): Promise<void> => {
    const mine = ask()
    lookedAt = mine
    const scheme = schemeOf(settled)
    const run = async (): Promise<void> => {
      const asked = server.askMe(scheme, waiting.signal)
      await outcome(asked)
      if (mine !== generation) return
      const response = await server.answered(scheme, asked)
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

  /** Tells the server to end the session, and says whether there is none any more. */
  const end = async (): Promise<boolean> => {
    const { response } = await outcome(server.inTurn('/api/v2/signout', { signal: null }))
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
      const { ok, status } = await server.answered(
        'basic',
        server.inTurn('/api/v2/signin', { headers, signal }, () => mine === generation),
      )
      if (mine !== generation) return undefined
      if (!ok) {
        mayHaveSession = had
        throw signInError(status)
      }
      tabs.note(false)
      const { response } = await outcome(server.askMe('basic', waiting.signal))
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
        const response = await server.answered('token', server.askMe('token', waiting.signal))
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
          // Asked for from several sides as a page starts: one question does for all.
          for (let last = (lookedAt === generation && looking) || look(); ; last = looking) {
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
      const response = await (scheme ? server.answered(scheme, sent) : sent)
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

function ignore(): void {}

function schemeOf(state: BrowserAuthState): Scheme {
  return 'scheme' in state ? state.scheme : 'basic'
}
