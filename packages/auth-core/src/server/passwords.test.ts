// PBKDF2 passwords: beside Node's own, what is stored, and what cannot be read.

import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { PasswordError, pbkdf2Passwords } from './index.ts'

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
