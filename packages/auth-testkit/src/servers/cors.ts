// Pages of other origins: CORS is answered before the guard, and nowhere else.

import { encodeToken } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { secrets } from './accounts.ts'
import { ALICE, CORS, expectAnswer, ME, type ServerContext } from './context.ts'

const PREFLIGHT = {
  origin: 'https://app.test',
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
}

/** Without these headers a page is told nothing of an answer, not even that it was refused. */
const WHOEVER = 'GET /shared, whose every answer has the headers of CORS'

/** The tests of what a page of another origin is told. */
export function testCors({ use, ask, visits }: ServerContext): void {
  describe('answers CORS before the guard', () => {
    const preflight = (path: string) => ask({ method: 'OPTIONS', path, headers: PREFLIGHT })

    test('a preflight for Authorization passes there, and calls no handler', async () => {
      use({ product: 'v2' })
      expectAnswer(await preflight('/shared'), { status: 204, headers: CORS, body: '' })
      expect(visits()).toEqual([])
    })

    test('a page is let in with a token, and told why not with another', async () => {
      use({ product: 'v2' })
      const { origin } = PREFLIGHT
      const get = (headers: Readonly<Record<string, string>>) =>
        ask({ path: '/shared', headers: { origin, ...headers } })
      expectAnswer(await get(ALICE), { status: 200, headers: CORS }, `${WHOEVER}, and let in`)
      expect(visits().map(({ user }) => user)).toEqual(['alice'])
      const wrong = { authorization: encodeToken(secrets.nobody) }
      for (const headers of [wrong, {}]) {
        const refused = {
          status: 401,
          headers: { ...CORS, 'x-platform-error-code': 'unauthorized' },
          body: '{"code":"unauthorized","message":"unauthorized access"}',
        }
        expectAnswer(await get(headers), refused, `${WHOEVER}, and refused`)
      }
      expect(visits()).toHaveLength(1)
    })

    test('a preflight passes nowhere else', async () => {
      use({ product: 'v2' })
      const { status, headers } = await preflight(ME)
      expect(status).toBe(401)
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      expect(visits()).toEqual([])
    })
  })
}
