// What every store across a network must do when its answers are lost, and what becomes of what was asked for.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import {
  type AuthStore,
  createVerifier,
  pbkdf2Passwords,
  type ServerRequest,
  type Verifier,
} from '@fluxauth/auth-core/server'
import { describe, expect, test } from 'vitest'
import { inTime } from '../deadline.ts'
import { sessionOf } from './sessions.ts'
import type { StoreNetwork, StoreUnderTest, WithStore } from './subject.ts'
import { tokenOf } from './tokens.ts'

const PASSWORD = 'right'
const KNOWN = 'a-token-that-its-owner-knows-beforehand'

/** All that can be asked of a store. */
const calls: readonly (readonly [name: string, ask: (store: AuthStore) => unknown])[] = [
  ['tokens.find', ({ tokens }) => tokens.find(tokenOf(1).hash)],
  ['tokens.get', ({ tokens }) => tokens.get(tokenOf(1).id)],
  ['tokens.list', ({ tokens }) => tokens.list()],
  ['tokens.create', ({ tokens }) => tokens.create(tokenOf(2))],
  ['tokens.update', ({ tokens }) => tokens.update(tokenOf(1).id, { updatedAt: '2027-01-01T00:00:00.000Z' })],
  ['tokens.delete', ({ tokens }) => tokens.delete(tokenOf(1).id)],
  ['sessions.find', ({ sessions }) => sessions.find(sessionOf(1).id)],
  ['sessions.list', ({ sessions }) => sessions.list(sessionOf(1).userID)],
  ['sessions.create', ({ sessions }) => sessions.create(sessionOf(2))],
  ['sessions.renew', ({ sessions }) => sessions.renew(sessionOf(1).id, Date.now() + 1000)],
  ['sessions.delete', ({ sessions }) => sessions.delete(sessionOf(1).id)],
  ['sessions.deleteAll', ({ sessions }) => sessions.deleteAll(sessionOf(1).userID)],
  ['attempts.begin', ({ attempts }) => attempts?.begin({ user: 'joe', address: '192.0.2.1' })],
  ['attempts.succeed', ({ attempts }) => attempts?.succeed({ user: 'joe', address: '192.0.2.1' })],
]

/** Registers the tests of lost answers. */
export function testLosses(withStore: WithStore, attempts: boolean): void {
  const networkOf = ({ network }: StoreUnderTest): StoreNetwork => {
    if (!network) throw new Error('The store is across no network that could fail: say so with its traits')
    return network
  }
  const codeOf = async (ask: () => unknown): Promise<unknown> => {
    try {
      await ask()
      return undefined
    } catch (error) {
      return (error as { code?: unknown }).code ?? error
    }
  }
  /** Waits until the store has what is expected again: it may have to connect anew, or to undo something. */
  const eventually = (ask: () => unknown, expected: unknown) =>
    expect
      .poll(async () => (async () => ask())().catch((error) => error), { timeout: 9000 })
      .toEqual(expected)

  describe.each(['silent', 'closed'] as const)('where answers are lost, and the connection is %s,', (how) => {
    test('all that is asked ends in time with ERR_STORE_UNAVAILABLE, and the store comes back by itself', () =>
      withStore(async (store, _, place) => {
        const network = networkOf(place)
        await store.sessions.create(sessionOf(3))
        const leaving = await place.open()
        void network.lose(how)
        for (const [name, ask] of calls) {
          if (name.startsWith('attempts') && !attempts) continue
          expect([name, await codeOf(() => ask(store))]).toEqual([name, 'ERR_STORE_UNAVAILABLE'])
        }
        await inTime(
          codeOf(() => leaving.close()),
          'close() did not end',
          'It waits for an answer.',
        )
        const opened = inTime(
          codeOf(() => place.open()),
          'open() did not end',
          'Likely only the connection has a time limit, and not what is asked first on it.',
        )
        expect(await opened).toBe('ERR_STORE_UNAVAILABLE')
        network.pass()
        await eventually(async () => (await store.sessions.find(sessionOf(4).id)) === undefined, true)
      }))

    const joe = async () => {
      const passwords = pbkdf2Passwords({ iterations: 100 })
      const user = { id: '0b501e7e557ab1ed', name: 'joe', password: await passwords.hash(PASSWORD) }
      return { passwords, findUser: (name: string) => (name === user.name ? user : undefined) }
    }
    /** A verifier over the store, without limits: what is lost here is an answer about tokens or sessions. */
    const verifierOver = async ({ tokens, sessions }: AuthStore): Promise<Verifier> =>
      createVerifier({
        product: 'v2',
        store: { tokens, sessions },
        schemes: { basic: 'password' },
        ...(await joe()),
      })
    const request = (authorization: string | undefined, cookie?: string): ServerRequest => ({
      method: 'POST',
      url: '/api/v2/signin',
      authorization,
      secure: false,
      header: (name) => (name === 'cookie' ? cookie : undefined),
    })
    const isGood = async (verifier: Verifier, asked: ServerRequest): Promise<boolean | string> => {
      const verdict = await verifier.verify(asked)
      if ('principal' in verdict) return true
      return verdict.refusal.status === 401 ? false : `${verdict.refusal.status}`
    }
    const signIn = (verifier: Verifier) => verifier.signIn(request(encodeBasic('joe', PASSWORD)))
    const cookieOf = ({ headers }: Awaited<ReturnType<typeof signIn>>) =>
      `${headers['set-cookie']}`.split(';', 1)[0]
    /** Does something of which the first answer is lost, and no later one on another connection. */
    const losingOne = async <T>(place: StoreUnderTest, act: () => Promise<T>): Promise<T> => {
      const network = networkOf(place)
      const lost = network.lose(how)
      const outcome = act()
      outcome.catch(() => undefined)
      await inTime(lost, 'the store asked for nothing', '')
      network.pass()
      return outcome
    }

    test('a token that nobody was told of is good for nobody, and can be made again', () =>
      withStore(async (store, _, place) => {
        const verifier = await verifierOver(store)
        const known = { userID: '0b501e7e557ab1ed', user: 'joe', permissions: [], token: KNOWN }
        const create = () => verifier.tokens.create(known)
        expect(await codeOf(() => losingOne(place, create))).toBe('ERR_STORE_UNAVAILABLE')
        await eventually(() => isGood(verifier, request(encodeToken(KNOWN))), false)
        expect(await verifier.tokens.list()).toEqual([])
        const { stored } = await create()
        expect(await verifier.tokens.list()).toEqual([stored])
        expect(await isGood(verifier, request(encodeToken(KNOWN)))).toBe(true)
      }))

    test('a session that nobody was told of is gone, and the next sign-in is the only one', () =>
      withStore(async (store, _, place) => {
        const verifier = await verifierOver(store)
        // The first sign-in sweeps as well, whose answer could be the one that is lost.
        await signIn(verifier)
        expect(await verifier.sessions.revokeAll('0b501e7e557ab1ed')).toBe(1)
        const reply = await losingOne(place, () => signIn(verifier))
        expect([reply.status, reply.headers['set-cookie']]).toEqual([503, undefined])
        await eventually(() => verifier.sessions.list('0b501e7e557ab1ed'), [])
        const cookie = cookieOf(await signIn(verifier))
        expect(await isGood(verifier, request(undefined, cookie))).toBe(true)
        expect(await verifier.sessions.list('0b501e7e557ab1ed')).toHaveLength(1)
      }))

    test('nothing that was revoked is taken because it was remembered', () =>
      withStore(async (store, _, place) => {
        const verifier = await verifierOver(store)
        const making = { userID: '0b501e7e557ab1ed', user: 'joe', permissions: [] }
        const acts: ((ids: { token: string; session: string }) => Promise<unknown>)[] = [
          () => verifier.sessions.revokeAll('0b501e7e557ab1ed'),
          ({ session }) => verifier.sessions.revoke('0b501e7e557ab1ed', session),
          ({ token }) => verifier.tokens.delete(token),
          ({ token }) => verifier.tokens.update(token, { status: 'inactive' }),
        ]
        for (const act of acts) {
          const { token, stored } = await verifier.tokens.create(making)
          const cookie = cookieOf(await signIn(verifier))
          const [session] = await verifier.sessions.list('0b501e7e557ab1ed')
          const both = [request(encodeToken(token)), request(undefined, cookie)]
          for (const asked of both) expect(await isGood(verifier, asked)).toBe(true)
          const ids = { token: stored.id, session: session?.id ?? '' }
          expect(await codeOf(() => losingOne(place, () => act(ids)))).toBe('ERR_STORE_UNAVAILABLE')
          await eventually(async () => (await store.tokens.list()) && true, true)
          const kept = [
            (await store.tokens.get(ids.token))?.status === 'active',
            (await store.sessions.find(ids.session)) !== undefined,
          ]
          expect(await Promise.all(both.map((asked) => isGood(verifier, asked)))).toEqual(kept)
          await verifier.tokens.delete(stored.id)
          await verifier.sessions.revokeAll('0b501e7e557ab1ed')
        }
      }))
  })
}
