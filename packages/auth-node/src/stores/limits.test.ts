// Under which names attempts are counted: one for each user and address, however they are written.

import { expect, test } from 'vitest'
import { completeLimits, keysOf } from './limits.ts'

const address = '192.0.2.1'

test('a user is one, in whatever case and width the name is written', () => {
  const joe = keysOf({ user: 'joe', address })
  for (const user of ['Joe', 'JOE', 'ｊｏｅ', 'ＪＯＥ']) expect(keysOf({ user, address })).toEqual(joe)
  expect(keysOf({ user: 'zo\u00eb' })).toEqual(keysOf({ user: 'ZOE\u0308' }))
  for (const user of ['jo', 'joé', 'joe ', '']) expect(keysOf({ user, address }).user).not.toBe(joe.user)
})

test('a place is that of one user from one address alone', () => {
  const { pair } = keysOf({ user: 'joe', address })
  expect(pair).toBeDefined()
  expect(keysOf({ user: 'zoë', address }).pair).not.toBe(pair)
  expect(keysOf({ user: 'joe', address: '192.0.2.2' }).pair).not.toBe(pair)
  for (const attempt of [{ user: 'joe' }, { address }, { user: 'joe', address: 'unknown' }]) {
    expect(keysOf(attempt).pair).toBeUndefined()
  }
})

test('no key shows what it is made of', () => {
  const keys = Object.values(keysOf({ user: 's3cret', address: '2001:db8::1' }))
  expect(keys).toHaveLength(4)
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/)
})

test('a network has ten times what an address has, where nothing else is said', () => {
  expect(completeLimits()).toMatchObject({ address: 100, network: 1000 })
  expect(completeLimits({ address: 7 })).toMatchObject({ address: 7, network: 70, user: 10, pair: 10 })
  expect(completeLimits({ address: 7, network: 8 }).network).toBe(8)
  const everything = Object.prototype as { user?: number }
  everything.user = 1e9
  expect(completeLimits().user).toBe(10)
  delete everything.user
})
