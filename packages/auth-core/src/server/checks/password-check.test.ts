// Passwords: what is counted, told and made anew, whatever becomes of their users and limits meanwhile.

import { beforeEach, describe, expect, test, vi } from 'vitest'
import { encodeBasic } from '../../index.ts'
import {
  type AttemptLimiter,
  type AuditEvent,
  createVerifier,
  type PasswordHasher,
  type ServerRequest,
  type User,
  type VerifierOptions,
} from '../index.ts'

/** A hasher that is quick, and whose hash of a password can be read. */
const hasher: PasswordHasher = {
  hash: async (password) => `hash of ${password}`,
  verify: async (password, stored) => stored === `hash of ${password}`,
  isOutdated: () => false,
}
const users = new Map<string, User>()
beforeEach(() => {
  users.clear()
  users.set('zoë', { id: 'u1', name: 'zoë', password: 'hash of right' })
})

function setUp(options: VerifierOptions = {}) {
  const events: AuditEvent[] = []
  const errors: unknown[] = []
  const passwords = { ...hasher, ...options.passwords }
  const spies = { hash: vi.spyOn(passwords, 'hash'), verify: vi.spyOn(passwords, 'verify') }
  const verifier = createVerifier({
    product: 'v1',
    findUser: (name) => users.get(name),
    cache: false,
    tarpit: false,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
    ...options,
    passwords,
  })
  const ask = async (password = 'right', name = 'zoë'): Promise<string> => {
    const asked: ServerRequest = {
      method: 'GET',
      url: '/',
      authorization: encodeBasic(name, password),
      address: '127.0.0.1',
      secure: false,
      header: () => undefined,
    }
    const verdict = await verifier.verify(asked)
    return 'principal' in verdict ? verdict.principal.user : verdict.refusal.reason
  }
  return { ask, events, errors, ...spies }
}

/** A promise, and what settles it. */
function later(): { readonly promise: Promise<void>; end(): void } {
  let end = (): void => undefined
  const promise = new Promise<void>((resolve) => {
    end = resolve
  })
  return { promise, end: () => end() }
}

const limiter = (wait: number, more: Partial<AttemptLimiter> = {}): VerifierOptions['store'] => ({
  attempts: { begin: () => ({ wait, locks: wait > 0 }), succeed: () => undefined, ...more },
})

describe('attempts', () => {
  test('on a name that nobody has are limited as any other, and the name is told to no log', async () => {
    const { ask, events, errors, verify } = setUp({ store: limiter(7) })
    expect(await ask('right', 'nobody')).toBe('limited')
    expect(events).toMatchObject([
      { type: 'locked', seconds: 7, user: undefined },
      { type: 'refused', reason: 'limited', user: undefined },
    ])
    expect([errors, verify.mock.calls]).toEqual([[], []])
  })

  test.each([
    ['takes them back', true],
    ['cannot take them back', false],
  ])('for which there is no room are refused as such, where the limiter %s', async (_, canCancel) => {
    const cancel = vi.fn()
    const held = later()
    const { ask, errors } = setUp({
      hashes: { running: 1, waiting: 0 },
      store: limiter(0, canCancel ? { cancel } : {}),
      passwords: {
        ...hasher,
        verify: async (password, stored) => {
          await held.promise
          return hasher.verify(password, stored)
        },
      },
    })
    const first = ask()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await ask('wrong')).toBe('busy')
    held.end()
    expect([await first, errors]).toEqual(['zoë', []])
    expect(cancel).toHaveBeenCalledTimes(canCancel ? 1 : 0)
  })
})

test('a wrong password that comes again is looked at again, and is right once it is the user’s', async () => {
  const begin = vi.fn(() => ({ wait: 0, locks: false }))
  const { ask } = setUp({ store: limiter(0, { begin }) })
  for (let i = 0; i < 2; i++) expect(await ask('new')).toBe('wrong')
  expect(begin).toHaveBeenCalledTimes(2)
  users.set('zoë', { id: 'u1', name: 'zoë', password: 'hash of new' })
  expect(await ask('new')).toBe('zoë')
})

test('a new hash waits for its turn among those of others', async () => {
  users.set('joe', { id: 'u2', name: 'joe', password: 'hash of right' })
  const upgraded: string[] = []
  const { ask } = setUp({
    hashes: { running: 1, waiting: 9 },
    passwords: { ...hasher, isOutdated: () => true },
    onPasswordUpgrade: ({ name }) => upgraded.push(name),
  })
  expect(await Promise.all([ask('right', 'zoë'), ask('right', 'joe')])).toEqual(['zoë', 'joe'])
  expect(upgraded.sort()).toEqual(['joe', 'zoë'])
})

describe('a user who is changed', () => {
  test('again and again while the hash runs is refused in the end', async () => {
    let changes = 0
    // The same password each time, in another hash.
    const { ask, verify } = setUp({
      findUser: () => ({ id: 'u1', name: 'zoë', password: `hash ${changes++}` }),
      passwords: { ...hasher, verify: async (password) => password === 'right' },
    })
    expect(await ask()).toBe('wrong')
    expect(verify.mock.calls.length).toBeGreaterThan(1)
    expect(verify.mock.calls.length).toBeLessThan(5)
  })

  test('is asked for by each who comes once the hash has run, and by no more than one check for those', async () => {
    const [found, hashed] = [later(), later()]
    let asked = 0
    const { ask, verify } = setUp({
      findUser: async (name) => {
        // The second time is that of the first check, as its hash has run.
        if (++asked === 2) await found.promise
        return users.get(name)
      },
      passwords: {
        ...hasher,
        verify: async (password, stored) => {
          if (asked > 2) await hashed.promise
          return hasher.verify(password, stored)
        },
      },
    })
    const first = ask()
    await vi.waitFor(() => expect(asked).toBe(2))
    const second = ask()
    await vi.waitFor(() => expect(verify).toHaveBeenCalledTimes(2))
    found.end()
    expect(await first).toBe('zoë')
    const third = ask()
    hashed.end()
    expect([await second, await third]).toEqual(['zoë', 'zoë'])
    expect(verify).toHaveBeenCalledTimes(2)
  })
})

describe('the hash of a password', () => {
  const isOutdated = () => true

  test('is not made anew where it is made as it would be now', async () => {
    const onPasswordUpgrade = vi.fn()
    const { ask, hash, events } = setUp({ onPasswordUpgrade })
    expect(await ask()).toBe('zoë')
    expect(hash).toHaveBeenCalledTimes(1) // that of nobody
    expect(onPasswordUpgrade).not.toHaveBeenCalled()
    expect(events).toEqual([])
  })

  test('is not made anew where nobody would keep it', async () => {
    const { ask, hash, errors } = setUp({ passwords: { ...hasher, isOutdated } })
    expect(await ask()).toBe('zoë')
    expect(hash).toHaveBeenCalledTimes(1)
    expect(errors).toEqual([])
  })

  test('is not kept where there was no room to make it', async () => {
    const onPasswordUpgrade = vi.fn()
    const held = later()
    let others: Promise<string> | undefined
    let asked = 0
    const { ask, errors, events } = setUp({
      hashes: { running: 1, waiting: 0 },
      onPasswordUpgrade,
      findUser: async (name) => {
        // As the first hash has run, its room is taken by somebody else's.
        if (++asked === 2) {
          others = ask('wrong', 'mia')
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
        return users.get(name)
      },
      passwords: {
        ...hasher,
        isOutdated,
        verify: async (password, stored) => {
          if (password === 'wrong') await held.promise
          return hasher.verify(password, stored)
        },
      },
    })
    expect(await ask()).toBe('zoë')
    held.end()
    expect(await others).toBe('wrong')
    expect(onPasswordUpgrade).not.toHaveBeenCalled()
    expect(errors).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['refused'])
  })

  test.each<[string, User | undefined]>([
    ['is gone', undefined],
    ['is another one by now', { id: 'u2', name: 'zoë', password: 'hash of right' }],
  ])('is not kept for a user who %s as it was made, and that is no error', async (_, now) => {
    const onPasswordUpgrade = vi.fn()
    const { ask, errors } = setUp({
      onPasswordUpgrade,
      passwords: {
        ...hasher,
        isOutdated,
        hash: async (password) => {
          if (password !== 'right') return hasher.hash(password)
          if (now) users.set('zoë', now)
          else users.delete('zoë')
          return 'a better hash'
        },
      },
    })
    expect(await ask()).toBe('zoë')
    expect(onPasswordUpgrade).not.toHaveBeenCalled()
    expect(errors).toEqual([])
  })
})
