// What a client sends of a user name and password is what it was given, in UTF-8: InfluxDB compares bytes, so that no form is changed.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBasic } from '../index.ts'
import { createAuthorizer, withAuth } from './index.ts'

const ORIGIN = 'http://localhost:8086'

/** The value that goes out for a user name and a password. */
async function sent(username: string, password: string): Promise<string> {
  let authorization = ''
  const send = (async (_: string, init: { headers: Headers }) => {
    authorization = new Headers(init.headers).get('authorization') ?? ''
    return new Response()
  }) as unknown as typeof fetch
  const credentials = { scheme: 'basic', username, password } as const
  await withAuth(send, createAuthorizer({ origin: ORIGIN, credentials }))(ORIGIN)
  return authorization
}

test.each([
  ['composed', 'zo\u00eb', '\u00e9'],
  ['decomposed', 'zoe\u0308', 'e\u0301'],
  ['compatible forms', '\ufb01\u212b', '\uff11\u2126'],
  ['right to left, with joiners', '\u05d0\u200d\u05d1', '\u202eabc'],
  ['outside the first plane', '\u{1f600}', '\u{1f468}\u200d\u{1f469}'],
])('%s text stays as it is', async (_, username, password) => {
  const value = await sent(username, password)
  expect(value).toBe(`Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`)
  expect(decodeBasic(value)).toEqual({ scheme: 'basic', username, password })
})

test('any text that can be sent arrives letter for letter, and what cannot is refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      async (username, password) => {
        const isSendable = !/[\0-\x1f\x7f:]|^\ufeff/.test(username) && !/[\0-\x1f\x7f]|^\ufeff/.test(password)
        const value = await sent(username, password).catch(({ code }) => code as string)
        if (!isSendable) expect(value).toMatch(/^ERR_(USERNAME|PASSWORD)_/)
        else expect(decodeBasic(value)).toEqual({ scheme: 'basic', username, password })
      },
    ),
    { numRuns: 500 },
  )
})
