// What every store of API tokens must do.

import { AuthError } from '@fluxauth/auth-core'
import type { StoredToken, TokenStore } from '@fluxauth/auth-core/server'
import { describe, expect, test } from 'vitest'
import { sessionOf } from './sessions.ts'
import { HUGE, keptOrRefused, looksLike, ODD_TEXTS, SEEN, type WithStore } from './subject.ts'

const id = (number: number) => number.toString(16).padStart(16, '0')
const hash = (number: number) => `${number}`.padStart(43, 'hash_-')

/** A token that is told from others by its number. */
export function tokenOf(number: number, more: Partial<StoredToken> = {}): StoredToken {
  return {
    id: id(number),
    hash: hash(number),
    userID: '0b501e7e557ab1ed',
    user: 'joe',
    status: 'active',
    description: '',
    permissions: [{ action: 'read', resource: { type: 'buckets' } }],
    createdAt: '2026-01-02T03:04:05.678Z',
    updatedAt: '2026-01-02T03:04:05.678Z',
    ...more,
  }
}

/** Registers the tests of a token store. */
export function testTokens(withStore: WithStore, shared: boolean): void {
  describe('tokens', () => {
    const ids = async (tokens: TokenStore, filter?: Parameters<TokenStore['list']>[0]) =>
      (await tokens.list(filter)).map((token) => token.id)
    const change = { updatedAt: '2027-01-01T00:00:00.000Z' }
    const codeOf = async (attempt: () => unknown): Promise<unknown> => {
      try {
        await attempt()
        return undefined
      } catch (error) {
        expect(AuthError.is(error), `what is thrown is a StoreError, and was ${error}`).toBe(true)
        return (error as { code?: unknown }).code
      }
    }

    test('are found by hash and by id, exactly as they were made', () =>
      withStore(async ({ tokens }) => {
        const token = tokenOf(1, {
          orgID: '00000000000000a1',
          org: 'weather',
          description: 'for the roof',
          permissions: [
            {
              action: 'read',
              resource: { type: 'buckets', id: '1f', name: 'air', orgID: 'a1', org: 'weather' },
            },
            { action: 'write', resource: { type: 'authorizations' } },
          ],
        })
        await tokens.create(token)
        await tokens.create(tokenOf(2, { permissions: [], status: 'inactive' }))
        expect(await tokens.find(token.hash)).toEqual(token)
        expect(await tokens.get(token.id)).toEqual(token)
        expect(await tokens.get(id(2))).toEqual(tokenOf(2, { permissions: [], status: 'inactive' }))
        expect(await tokens.find(hash(3))).toBeUndefined()
        expect(await tokens.get(id(3))).toBeUndefined()
        expect(await tokens.find(token.id)).toBeUndefined()
        expect(await tokens.get(token.hash)).toBeUndefined()
      }))

    test('are found by nothing that only looks like their hash or id', () =>
      withStore(async ({ tokens }) => {
        const token = tokenOf(1, { id: '00000000000000aB' })
        await tokens.create(token)
        for (const hash of looksLike(token.hash)) {
          expect(
            await tokens.find(hash),
            `find(${JSON.stringify(hash)}), where ${token.hash} is kept`,
          ).toBeUndefined()
          expect(await tokens.list({ hash }), `list({ hash: ${JSON.stringify(hash)} })`).toEqual([])
        }
        for (const other of looksLike(token.id)) {
          const what = `of ${JSON.stringify(other)}, where ${token.id} is kept`
          expect(await tokens.get(other), `get ${what}`).toBeUndefined()
          expect(
            await tokens.update(other, { status: 'inactive', ...change }),
            `update ${what}`,
          ).toBeUndefined()
          expect(await tokens.delete(other), `delete ${what}`).toBe(false)
        }
        for (const user of looksLike(token.user)) {
          expect(
            await tokens.list({ user }),
            `list({ user: ${JSON.stringify(user)} }), where ${token.user} is kept`,
          ).toEqual([])
        }
        expect(await tokens.list()).toEqual([token])
      }))

    test('are found once they are made, also by whoever looked before', () =>
      withStore(async (store, another) => {
        const token = tokenOf(1)
        for (const { tokens } of [store, another]) {
          expect(await tokens.find(token.hash)).toBeUndefined()
          expect(await tokens.get(token.id)).toBeUndefined()
        }
        await store.tokens.create(token)
        for (const { tokens } of [store, another]) {
          expect(await tokens.find(token.hash), 'that there was none is not remembered').toEqual(token)
          expect(await tokens.get(token.id), 'that there was none is not remembered').toEqual(token)
        }
      }))

    test.each(ODD_TEXTS)('keep the text %j as it is', (text) =>
      withStore(async ({ tokens }) => {
        const token = tokenOf(1, {
          userID: text,
          user: text,
          orgID: text,
          org: text,
          description: text,
          permissions: [{ action: 'read', resource: { type: text, id: text, name: text } }],
        })
        await tokens.create(token)
        await tokens.create(tokenOf(2, { userID: `${text}.`, user: `${text}.`, orgID: `${text}.` }))
        expect(await tokens.find(token.hash)).toEqual(token)
        for (const key of ['userID', 'user', 'orgID', 'org'] as const) {
          expect(await tokens.list({ [key]: text })).toEqual([token])
        }
        expect(await tokens.update(token.id, { description: `${text}!`, ...change })).toEqual({
          ...token,
          description: `${text}!`,
          ...change,
        })
        expect(await tokens.get(text)).toBeUndefined()
        expect(await tokens.update(text, change)).toBeUndefined()
        expect(await tokens.delete(text)).toBe(false)
      }),
    )

    test('of a description of half a megabyte are kept as they are, or refused by an error of a store', () =>
      withStore(async ({ tokens }) => {
        const token = tokenOf(1, { description: HUGE })
        const look = async () =>
          expect((await tokens.get(token.id))?.description === HUGE, 'whether it is kept whole').toBe(true)
        await keptOrRefused(() => tokens.create(token), look)
        await tokens.create(tokenOf(2))
        await keptOrRefused(
          () => tokens.update(id(2), { description: HUGE, ...change }),
          async () =>
            expect((await tokens.get(id(2)))?.description === HUGE, 'whether a change is kept whole').toBe(
              true,
            ),
        )
      }))

    test('are refused when the id or the hash is taken, and what was there stays', () =>
      withStore(async ({ tokens }) => {
        const token = tokenOf(1)
        await tokens.create(token)
        const sameID = tokenOf(2, { id: token.id, description: 'other' })
        const sameHash = tokenOf(3, { hash: token.hash, description: 'other' })
        expect(await codeOf(() => tokens.create(sameID))).toBe('ERR_STORE_EXISTS')
        expect(await codeOf(() => tokens.create(sameHash))).toBe('ERR_STORE_EXISTS')
        expect(await tokens.list()).toEqual([token])
        expect(await tokens.find(sameID.hash)).toBeUndefined()
        expect(await tokens.get(sameHash.id)).toBeUndefined()
      }))

    test('of the same id, made fifty times at once, are one', () =>
      withStore(async (store, another) => {
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            codeOf(() =>
              (i % 2 ? another : store).tokens.create(tokenOf(i, { id: id(7), description: `${i}` })),
            ),
          ),
        )
        const made = outcomes.indexOf(undefined)
        expect(outcomes.filter((code) => code === 'ERR_STORE_EXISTS')).toHaveLength(49)
        expect((await store.tokens.list()).map(({ description }) => description)).toEqual([`${made}`])
        expect((await store.tokens.find(hash(made)))?.id).toBe(id(7))
        expect(await store.tokens.find(hash((made + 1) % 50))).toBeUndefined()
      }))

    test('of the same hash, made fifty times at once, are one', () =>
      withStore(async (store, another) => {
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            codeOf(() => (i % 2 ? another : store).tokens.create(tokenOf(i, { hash: hash(70) }))),
          ),
        )
        const made = outcomes.indexOf(undefined)
        expect(
          outcomes.filter((code) => code === 'ERR_STORE_EXISTS'),
          'all but one are refused: look and write in one step, as a unique index does',
        ).toHaveLength(49)
        expect(await ids(store.tokens)).toEqual([id(made)])
        expect((await store.tokens.find(hash(70)))?.id).toBe(id(made))
      }))

    test('are listed in the order of their ids, and page by page', () =>
      withStore(async ({ tokens }) => {
        for (const number of [30, 4, 1_000_000, 17, 255, 1]) await tokens.create(tokenOf(number))
        const all = [1, 4, 17, 30, 255, 1_000_000].map(id)
        expect(await ids(tokens)).toEqual(all)
        expect(await ids(tokens, { limit: 2 })).toEqual(all.slice(0, 2))
        expect(await ids(tokens, { limit: 0 }), 'a limit of 0 lists none').toEqual([])
        expect(await ids(tokens, { limit: 2, after: id(4) })).toEqual(all.slice(2, 4))
        expect(await ids(tokens, { after: id(5) })).toEqual(all.slice(2))
        expect(await ids(tokens, { after: id(1_000_000) })).toEqual([])
        expect(await ids(tokens, { limit: 100, user: 'joe', after: id(17) })).toEqual(all.slice(3))
      }))

    test('are listed by each filter, and by several', () =>
      withStore(async ({ tokens }) => {
        const of = ['joe', 'zoë', 'joe', 'eve', 'zoë', 'joe']
        for (const [i, user] of of.entries()) {
          await tokens.create(
            tokenOf(i, { user, userID: `id-${user}`, orgID: `o${i % 2}`, org: `org ${i % 2}` }),
          )
        }
        await tokens.create(tokenOf(6, { user: 'none', userID: 'none' }))
        const list = async (filter: Parameters<TokenStore['list']>[0]) =>
          (await ids(tokens, filter)).map((text) => Number.parseInt(text, 16))
        expect(await list({ user: 'joe' })).toEqual([0, 2, 5])
        expect(await list({ userID: 'id-zoë' })).toEqual([1, 4])
        expect(await list({ orgID: 'o1' })).toEqual([1, 3, 5])
        expect(await list({ org: 'org 0' })).toEqual([0, 2, 4])
        expect(await list({ hash: hash(3) })).toEqual([3])
        expect(await list({ user: 'joe', orgID: 'o0' })).toEqual([0, 2])
        expect(await list({ user: 'joe', orgID: 'o0', limit: 1, after: id(0) })).toEqual([2])
        expect(await list({ hash: hash(3), user: 'joe' })).toEqual([])
        expect(await list({ hash: hash(3), user: 'eve', after: id(3) })).toEqual([])
        expect(await list({ user: 'nobody' })).toEqual([])
        expect(await list({ org: undefined, user: 'none' })).toEqual([6])
      }))

    test('are listed a thousand at most, unless told otherwise', () =>
      withStore(async ({ tokens }) => {
        await Promise.all(Array.from({ length: 1010 }, (_, i) => tokens.create(tokenOf(i))))
        expect(await ids(tokens)).toEqual(Array.from({ length: 1000 }, (_, i) => id(i)))
        expect(await ids(tokens, { limit: 5000, orgID: undefined })).toHaveLength(1010)
        expect(await ids(tokens, { after: id(999) })).toHaveLength(10)
      }))

    test('change in status and description, and in nothing else', () =>
      withStore(async ({ tokens }) => {
        const token = tokenOf(1, { description: 'before' })
        await tokens.create(token)
        const off = { ...token, status: 'inactive', ...change }
        expect(await tokens.update(token.id, { status: 'inactive', ...change })).toEqual(off)
        expect(await tokens.find(token.hash)).toEqual(off)
        const after = { ...off, description: 'after', updatedAt: '2027-02-02T00:00:00.000Z' }
        const { updatedAt } = after
        expect(await tokens.update(token.id, { description: 'after', updatedAt })).toEqual(after)
        expect(await tokens.update(token.id, { description: '', updatedAt })).toEqual({
          ...after,
          description: '',
        })
        expect(
          await tokens.update(token.id, { status: undefined, description: undefined, updatedAt }),
          'what is undefined in a change stays as it is',
        ).toEqual({ ...after, description: '' })
        const more = { status: 'active', user: 'eve', hash: hash(9), updatedAt } as const
        expect(await tokens.update(token.id, more)).toEqual({ ...after, description: '', status: 'active' })
        expect(await tokens.list({ user: 'joe' })).toHaveLength(1)
        expect(await tokens.find(hash(9))).toBeUndefined()
      }))

    test('keep both of two changes that are made at once', () =>
      withStore(async (store, another) => {
        const numbers = Array.from({ length: 20 }, (_, i) => i)
        for (const number of numbers) await store.tokens.create(tokenOf(number))
        await Promise.all(
          numbers.flatMap((number) => [
            store.tokens.update(id(number), { status: 'inactive', ...change }),
            another.tokens.update(id(number), { description: 'new', ...change }),
          ]),
        )
        for (const number of numbers) {
          expect(
            await store.tokens.get(id(number)),
            'a token that was deactivated while its description changed is inactive: change in one step, do not read and write back',
          ).toEqual(tokenOf(number, { status: 'inactive', description: 'new', ...change }))
        }
      }))

    test('are deleted once, and say so', () =>
      withStore(async ({ tokens }) => {
        for (const number of [1, 2]) await tokens.create(tokenOf(number))
        expect(await tokens.delete(id(1))).toBe(true)
        expect(await tokens.delete(id(1))).toBe(false)
        expect(await tokens.find(hash(1))).toBeUndefined()
        expect(await tokens.get(id(1))).toBeUndefined()
        expect(await ids(tokens)).toEqual([id(2)])
        expect(await ids(tokens, { user: 'joe' })).toEqual([id(2)])
        // What is gone may be made anew.
        await tokens.create(tokenOf(1, { user: 'eve' }))
        expect(await ids(tokens, { user: 'joe' })).toEqual([id(2)])
        expect(await ids(tokens, { user: 'eve' })).toEqual([id(1)])
      }))

    test('that are deleted stay so, whoever changes them meanwhile', () =>
      withStore(async (store, another) => {
        const numbers = Array.from({ length: 40 }, (_, i) => i)
        for (const number of numbers) await store.tokens.create(tokenOf(number))
        const deleted = await Promise.all(
          numbers.flatMap((number) => [
            another.tokens.update(id(number), { status: 'inactive', ...change }),
            store.tokens.delete(id(number)),
            another.tokens.delete(id(number)),
            another.tokens.update(id(number), { description: 'back', ...change }),
          ]),
        )
        expect(deleted.filter((outcome) => outcome === true)).toHaveLength(numbers.length)
        expect(await store.tokens.update(id(0), { status: 'active', ...change })).toBeUndefined()
        expect(await ids(store.tokens)).toEqual([])
        expect(await store.tokens.find(hash(0))).toBeUndefined()
      }))

    if (!shared) return
    test('are seen at once by whoever else opened the store, and looked before', () =>
      withStore(async (store, another) => {
        const token = tokenOf(1)
        const seen = async (expected: StoredToken | undefined) => {
          for (const { tokens } of [store, another]) {
            expect(await tokens.find(token.hash), SEEN).toEqual(expected)
            expect(await tokens.get(token.id), SEEN).toEqual(expected)
            expect(await tokens.list(), SEEN).toEqual(expected ? [expected] : [])
          }
        }
        await store.tokens.create(token)
        await seen(token)
        await another.tokens.update(token.id, { status: 'inactive', ...change })
        await seen({ ...token, status: 'inactive', ...change })
        await store.tokens.delete(token.id)
        await seen(undefined)
      }))

    test('outlast who made them, and all who opened the store, as sessions do', () =>
      withStore(async (store, another, place) => {
        const third = await place.open()
        await third.tokens.create(tokenOf(1))
        const session = sessionOf(1)
        await third.sessions.create(session)
        await third.close()
        for (const each of [store, another]) {
          expect(await each.tokens.get(id(1))).toEqual(tokenOf(1))
          await each.close()
        }
        const again = await place.open()
        const kept = [await again.tokens.get(id(1)), await again.sessions.find(session.id)]
        await again.close()
        expect(kept, 'what is kept when nobody has the store open any more').toEqual([tokenOf(1), session])
      }))
  })
}
