// Whatever answers late undoes nothing that was asked for after it: each pair and triple of methods, with answers held back, in every order.

import { decodeBasic } from '@fluxauth/auth-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type BrowserAuth, createBrowserAuth } from './index.ts'
import { memoryVault } from './vaults/memory.ts'

const TOKEN = 'my-token'

/** One browser's cookie, and a server that answers when it is told to. */
class Held {
  cookie = ''
  readonly sessions = new Map<string, string>()
  readonly waiting: { readonly path: string; answer(): void }[] = []
  lastToken: string | undefined
  #count = 0
  readonly #obeysAbort: boolean

  constructor(obeysAbort: boolean) {
    this.#obeysAbort = obeysAbort
  }

  /** A session from an earlier visit. */
  begin(user: string): string {
    const key = `key-${++this.#count}`
    this.sessions.set(key, user)
    return key
  }

  readonly fetch: typeof fetch = (input, init) =>
    new Promise((resolve, reject) => {
      const path = new URL(String(input)).pathname
      const { authorization = '' } = (init?.headers as unknown as Record<string, string>) ?? {}
      const cookie = init?.credentials === 'include' ? this.cookie : ''
      const entry = {
        path,
        answer: () => {
          if (!init?.signal?.aborted || !this.#obeysAbort) resolve(this.#answer(path, authorization, cookie))
        },
      }
      this.waiting.push(entry)
      init?.signal?.addEventListener('abort', () => {
        if (!this.#obeysAbort) return
        this.waiting.splice(this.waiting.indexOf(entry), 1)
        reject(init.signal?.reason)
      })
    })

  #answer(path: string, authorization: string, cookie: string): Response {
    const user = this.sessions.get(cookie)
    if (path === '/api/v2/signin') {
      this.cookie = this.begin(decodeBasic(authorization).username)
      return new Response(null, { status: 204 })
    }
    if (path === '/api/v2/signout') {
      if (!this.sessions.delete(cookie)) return new Response(null, { status: 401 })
      this.cookie = ''
      return new Response(null, { status: 204 })
    }
    if (authorization) this.lastToken = authorization
    const name = authorization ? 'token' : user
    return name ? Response.json({ id: name, name }) : new Response(null, { status: 401 })
  }
}

const METHODS: Record<string, (auth: BrowserAuth) => Promise<unknown>> = {
  'signIn(a)': (auth) => auth.signIn({ username: 'a', password: 'x' }),
  'signIn(b)': (auth) => auth.signIn({ username: 'b', password: 'x' }),
  token: (auth) => auth.signIn({ token: TOKEN }),
  resume: (auth) => auth.resume(),
  signOut: (auth) => auth.signOut(),
}
/** Where the last method leads that asks for something; `resume` asks for nothing where something else was asked for. */
function expected(names: readonly string[], began: boolean): string {
  const last = names.findLast((name) => name !== 'resume')
  if (last === 'signOut') return 'signed-out'
  if (last === 'token') return 'signed-in token token'
  const user = last?.at(-2) ?? (began ? 'old' : undefined)
  return user ? `signed-in basic ${user}` : 'signed-out'
}

/** Until all that follows from an answer has happened. */
const turns = () => new Promise((resolve) => setImmediate(resolve))

const names = Object.keys(METHODS)
const pairs = names.flatMap((first) => names.map((second) => [first, second]))
const triples = pairs.flatMap((pair) => names.map((third) => [...pair, third]))
const ORDERS: Record<string, (length: number) => number> = {
  'the oldest first': () => 0,
  'the newest first': (length) => length - 1,
  'from the middle': (length) => Math.floor(length / 2),
}

// A page of the server's own origin, which may have a session from an earlier visit.
beforeAll(() => vi.stubGlobal('location', { origin: 'http://localhost' }))
afterAll(() => vi.unstubAllGlobals())

describe.each([true, false])('with a fetch that obeys abort: %s', (obeysAbort) => {
  describe.each(Object.entries(ORDERS))('answered %s', (_, pick) => {
    test.each([true, false])(
      'it ends where the last one leads; a session from before: %s',
      async (began) => {
        for (const sequence of [...pairs, ...triples]) {
          // How many answers are given between one call and the next.
          for (const between of [0, 1, 2]) {
            const held = new Held(obeysAbort)
            if (began) held.cookie = held.begin('old')
            const auth = createBrowserAuth({
              origin: 'http://localhost',
              fetch: held.fetch,
              vault: memoryVault(),
            })
            const answer = async (): Promise<void> => {
              held.waiting.splice(pick(held.waiting.length), 1)[0]?.answer()
              await turns()
            }
            const asked: Promise<unknown>[] = []
            for (const name of sequence) {
              asked.push(
                (METHODS[name] as (auth: BrowserAuth) => Promise<unknown>)(auth).catch((error) => error),
              )
              await turns()
              for (let count = 0; count < between; count++) await answer()
            }
            for (let count = 0; count < 50 && held.waiting.length > 0; count++) await answer()
            await Promise.all(asked)
            const { state } = auth
            const described = [
              state.status,
              ...('scheme' in state ? [state.scheme, state.who?.name] : []),
            ].join(' ')
            const title = `${sequence.join(', ')}; ${between} answered between`
            expect([title, described]).toEqual([title, expected(sequence, began)])
            // Nobody who signed out leaves a session that the next visit would find.
            if (state.status === 'signed-out')
              expect([title, held.sessions.has(held.cookie)]).toEqual([title, false])
            if (state.status === 'signed-in' && state.scheme === 'token') {
              held.lastToken = undefined
              const used = auth.fetch('/')
              await answer()
              await used
              expect([title, held.lastToken]).toEqual([title, `Token ${TOKEN}`])
            }
            if (described.startsWith('signed-in basic'))
              expect([title, held.sessions.get(held.cookie)]).toEqual([
                title,
                state.status === 'signed-in' && state.who?.name,
              ])
            auth.dispose()
          }
        }
      },
      60_000,
    )
  })
})
