// PBKDF2 passwords: beside Node's own, what is stored, and what cannot be read.

import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { PasswordError, pbkdf2Passwords } from '../index.ts'

const passwords = pbkdf2Passwords({ iterations: 1000 })

describe('PBKDF2', () => {
  test("agrees with Node's own", async () => {
    const [, , , salt = '', hash] = (await passwords.hash('Password')).split('$')
    const own = pbkdf2Sync('Password', Buffer.from(salt, 'base64url'), 1000, 32, 'sha256')
    expect(own.toString('base64url')).toBe(hash)
  })

  test.each(['open sesame', '', 'p:ä ß€', '\u{1F511}'.repeat(100)])(
    'knows %j again, and nothing else',
    async (password) => {
      const stored = await passwords.hash(password)
      expect(await passwords.verify(password, stored)).toBe(true)
      expect(await passwords.verify(`${password} `, stored)).toBe(false)
      expect(stored).not.toContain(password || 'open')
    },
  )

  test('never writes the same hash twice', async () => {
    expect(await passwords.hash('x')).not.toBe(await passwords.hash('x'))
  })

  test('reads what was made with other parameters, and says that it is outdated', async () => {
    const old = await pbkdf2Passwords({ iterations: 10 }).hash('x')
    expect(await passwords.verify('x', old)).toBe(true)
    expect([passwords.isOutdated(old), passwords.isOutdated(await passwords.hash('x'))]).toEqual([
      true,
      false,
    ])
  })

  test.each(['', 'x', '$scrypt$ln=15,r=8,p=3$c2FsdA$aGFzaA', '$pbkdf2-sha256$i=1e9$c2FsdHNhbHRzYWx0c2E$x'])(
    'does not take %j for a hash',
    async (stored) => {
      const error = await passwords.verify('x', stored).catch((reason) => reason)
      expect(error).toBeInstanceOf(PasswordError)
      expect(error.code).toBe('ERR_PASSWORD_HASH')
      expect(passwords.isOutdated(stored)).toBe(true)
    },
  )
})

test.each([0, 10_000_001, 999_999_999])(
  'a stored hash that asks for %i iterations is refused unread',
  async (rounds) => {
    const stored = (await passwords.hash('x')).replace('i=1000', `i=${rounds}`)
    await expect(passwords.verify('x', stored)).rejects.toMatchObject({ code: 'ERR_PASSWORD_HASH' })
  },
)

test.each([1, 10_000_000])('a stored hash that asks for %i iterations is read', async (rounds) => {
  const stored = (await passwords.hash('x')).replace('i=1000', `i=${rounds}`)
  const deriveBits = vi.spyOn(crypto.subtle, 'deriveBits').mockImplementation(async () => new ArrayBuffer(32))
  const outcome = await passwords.verify('x', stored).catch((error) => error)
  const counts = deriveBits.mock.calls.map(([algorithm]) => (algorithm as { iterations: number }).iterations)
  deriveBits.mockRestore()
  expect(outcome).toBe(false)
  expect(counts[0]).toBe(rounds)
})

test('no name is taken that is not known, since what was meant by it would be left out', () => {
  for (const options of [{ iteration: 1_000_000 }, { cost: 1 }])
    expect(() => pbkdf2Passwords(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_NAME' }),
    )
})

test('no more iterations are taken than could be read again', () => {
  expect(() => pbkdf2Passwords({ iterations: 10_000_000 })).not.toThrow()
  expect(() => pbkdf2Passwords({ iterations: 10_000_001 })).toThrow(
    expect.objectContaining({ code: 'ERR_PASSWORD_PARAMETERS' }),
  )
})

test('a hash with fewer iterations costs as many as one that is made now', async () => {
  const old = await pbkdf2Passwords({ iterations: 10 }).hash('x')
  const deriveBits = vi.spyOn(crypto.subtle, 'deriveBits')
  await passwords.verify('x', old)
  const counts = deriveBits.mock.calls.map(([algorithm]) => (algorithm as { iterations: number }).iterations)
  deriveBits.mockRestore()
  expect(counts).toEqual([10, 990])
})

test('a password is the same composed and decomposed', async () => {
  const [composed, decomposed] = ['zo\u00eb', 'zoe\u0308']
  for (const [made, typed] of [
    [composed, decomposed],
    [decomposed, composed],
  ] as const) {
    expect(await passwords.verify(typed, await passwords.hash(made))).toBe(true)
  }
  expect(await passwords.verify('zoe', await passwords.hash(composed))).toBe(false)
})
