// That no store holds a secret, or a name that was only tried.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import {
  createVerifier,
  type Principal,
  pbkdf2Passwords,
  type ServerRequest,
} from '@fluxauth/auth-core/server'
import { expect, test } from 'vitest'
import { findLeaks } from '../leaks.ts'
import type { StoreTraits, WithStore } from './subject.ts'
import { tokenOf } from './tokens.ts'

const PASSWORD = 's3cret p:ä ß€ of the suite'
const MISTYPED = 'my-password-in-the-wrong-field'

/** Registers what looks into the store after it was used. */
export function testSecrecy(withStore: WithStore, { attempts = true }: StoreTraits): void {
  test('holds no token, no session’s key, no password, and no user name that was only tried', () =>
    withStore(async (store, _, place) => {
      const passwords = pbkdf2Passwords({ iterations: 1000 })
      const joe = { id: '0b501e7e557ab1ed', name: 'joe', password: await passwords.hash(PASSWORD) }
      const verifier = createVerifier({
        product: 'v2',
        store,
        passwords,
        findUser: (name) => (name === joe.name ? joe : undefined),
        schemes: { basic: 'password' },
      })
      const request = (authorization: string | undefined, cookie?: string): ServerRequest => ({
        method: 'POST',
        url: '/api/v2/signin',
        authorization,
        address: '192.0.2.1',
        secure: false,
        header: (name) => (name === 'cookie' ? cookie : undefined),
      })
      const principalOf = async (asked: ServerRequest): Promise<Principal | undefined> => {
        const verdict = await verifier.verify(asked)
        return 'principal' in verdict ? verdict.principal : undefined
      }
      const { token } = await verifier.tokens.create({ userID: joe.id, user: joe.name, permissions: [] })
      expect((await principalOf(request(encodeToken(token))))?.by).toBe('token')
      const { status, headers } = await verifier.signIn(request(encodeBasic('joe', PASSWORD)))
      expect(status).toBe(204)
      const cookie = `${headers['set-cookie']}`.split(';', 1)[0] ?? ''
      expect((await principalOf(request(undefined, cookie)))?.by).toBe('session')
      expect(await principalOf(request(encodeBasic(MISTYPED, PASSWORD)))).toBeUndefined()
      expect(await principalOf(request(encodeToken(`${token}x`)))).toBeUndefined()

      const kept =
        (await place.dump?.()) ??
        JSON.stringify([await store.tokens.list(), await store.sessions.list(joe.id)])
      expect(kept).toContain('0b501e7e557ab1ed')
      const key = cookie.slice(cookie.indexOf('=') + 1)
      expect(key.length).toBeGreaterThan(42)
      const places = findLeaks(kept, 'what the store keeps', {
        'an API token': token,
        'a session’s key': key,
        'a password': PASSWORD,
        'a user name that was only tried': MISTYPED,
        'a password’s hash': joe.password,
      })
      expect.soft(places, `${places.join('; ')}: keep hashes, as they are handed to the store`).toEqual([])
      if (attempts) expect(store.attempts).toBeDefined()
    }))

  test('has errors that show no hash', () =>
    withStore(async ({ tokens }) => {
      await tokens.create(tokenOf(1))
      const error = await (async () => tokens.create(tokenOf(1)))().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      const places = findLeaks(error, 'error', { 'a token’s hash': tokenOf(1).hash })
      expect
        .soft(places, `${places.join('; ')}: an error of tokens.create() says what is wrong without it`)
        .toEqual([])
    }))
}
