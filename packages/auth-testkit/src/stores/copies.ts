// What every store must do for what it was given and gives: nobody who changes it changes what is kept.

import type { StoredSession } from '@fluxauth/auth-core/server'
import { describe, expect, test } from 'vitest'
import { sessionOf } from './sessions.ts'
import type { WithStore } from './subject.ts'
import { tokenOf } from './tokens.ts'

/** Changes all that can be changed of what a store took or gave; what is frozen stays as it is. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    spoil(inner)
    Reflect.set(value, key, 'changed')
  }
  if (Array.isArray(value)) Reflect.set(value, value.length, 'added')
}

/** Registers the tests of what is handed in and out. */
export function testCopies(withStore: WithStore): void {
  describe('what is kept stays as it is', () => {
    const permissions = () => [{ action: 'read', resource: { type: 'buckets', id: 'b1' } }] as const

    test('when a token that was handed in or out is changed', () =>
      withStore(async ({ tokens }) => {
        const handedIn = tokenOf(1, { permissions: permissions() })
        const expected = structuredClone(handedIn)
        await tokens.create(handedIn)
        spoil(handedIn)
        const { id, hash } = expected
        for (const ask of [() => tokens.find(hash), () => tokens.get(id), () => tokens.list()]) {
          spoil(await ask())
          expect(await tokens.find(hash)).toEqual(expected)
          expect(await tokens.list()).toEqual([expected])
        }
        const changed = { ...expected, description: 'new', updatedAt: '2027-01-01T00:00:00.000Z' }
        spoil(await tokens.update(id, { description: 'new', updatedAt: changed.updatedAt }))
        expect(await tokens.get(id)).toEqual(changed)
      }))

    test('when a session that was handed in or out is changed', () =>
      withStore(async ({ sessions }) => {
        const handedIn = sessionOf(1)
        const expected = { ...handedIn }
        await sessions.create(handedIn)
        spoil(handedIn)
        const spoilAndLook = async (expected: StoredSession) => {
          for (const ask of [() => sessions.find(expected.id), () => sessions.list(expected.userID)]) {
            spoil(await ask())
            expect(await sessions.find(expected.id)).toEqual(expected)
            expect(await sessions.list(expected.userID)).toEqual([expected])
          }
        }
        await spoilAndLook(expected)
        const expiresAt = expected.expiresAt + 1000
        await sessions.renew(expected.id, expiresAt)
        await spoilAndLook({ ...expected, expiresAt })
      }))
  })
}
