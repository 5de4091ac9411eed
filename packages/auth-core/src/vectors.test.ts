// The shared vectors: what is read as expected, what is refused and where, and that no refusal shows the value.

import { inspect } from 'node:util'
import basic from '@fluxauth/vectors/basic.json' with { type: 'json' }
import bearer from '@fluxauth/vectors/bearer.json' with { type: 'json' }
import challenges from '@fluxauth/vectors/challenges.json' with { type: 'json' }
import token from '@fluxauth/vectors/token.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import {
  AuthorizationSyntaxError,
  decodeBasic,
  decodeBearer,
  decodeToken,
  formatAuthorization,
  formatChallenge,
  parseAuthorization,
  parseChallenges,
} from './index.ts'

interface Vector {
  readonly name: string
  readonly input: string | readonly string[]
  readonly options?: object
  readonly expected?: unknown
  readonly error?: string
  readonly position?: number
  readonly source: string
}

const decoders: Readonly<
  Record<string, readonly [vectors: readonly Vector[], decode: (input: never, options?: never) => unknown]>
> = {
  decodeBasic: [basic as Vector[], decodeBasic],
  decodeToken: [token as Vector[], decodeToken],
  decodeBearer: [bearer as Vector[], decodeBearer],
  parseChallenges: [challenges as Vector[], parseChallenges],
}

test('there are more than a hundred vectors, each with its source', () => {
  const all = [...basic, ...token, ...bearer, ...challenges]
  expect(all.length).toBeGreaterThan(200)
  expect(all.filter(({ source }) => !source)).toEqual([])
})

describe.each(Object.entries(decoders))('%s', (_, [vectors, decode]) => {
  test.each(vectors.filter(({ expected }) => expected))(
    'reads $name ($source)',
    ({ input, options, expected }) => {
      const actual = decode(input as never, options as never)
      // Parameters named like members of Object.prototype stand in the vectors as pairs.
      const [first] = (Array.isArray(expected) ? expected : []) as { params?: unknown }[]
      if (Array.isArray(first?.params)) {
        const [challenge] = actual as { params: object }[]
        expect(Object.entries(challenge?.params ?? {})).toEqual(first.params)
      } else expect(actual).toEqual(expected)
    },
  )

  test.each(vectors.filter(({ error }) => error))(
    'refuses $name ($source)',
    ({ input, options, error, position }) => {
      const thrown = (() => {
        try {
          return decode(input as never, options as never)
        } catch (reason) {
          return reason
        }
      })()
      expect(thrown).toBeInstanceOf(AuthorizationSyntaxError)
      expect(thrown).toMatchObject({ name: 'AuthorizationSyntaxError', code: error, position })
      for (const text of [
        inspect(thrown, { depth: 9, showHidden: true }),
        JSON.stringify(thrown),
        String(thrown),
      ]) {
        expect(text).not.toMatch(/secret|c2Vj/)
      }
    },
  )
})

test('what was read is written as it was, and the other way round', () => {
  const canonical = /^(Basic|Token|Bearer) \S+$/
  for (const { input, expected, ...rest } of [...basic, ...token, ...bearer] as Vector[]) {
    if (!expected || 'options' in rest || typeof input !== 'string' || !canonical.test(input)) continue
    expect(formatAuthorization(parseAuthorization(input))).toBe(input)
  }
  for (const { input, expected } of challenges as Vector[]) {
    if (!expected || JSON.stringify(input).includes('\u00e4')) continue
    const parsed = parseChallenges(input)
    expect(parseChallenges(parsed.map((challenge) => formatChallenge(challenge)))).toEqual(parsed)
  }
})
