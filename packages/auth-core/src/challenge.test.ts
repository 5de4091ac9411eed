// Challenges near the border of the grammar, and that what was read means the same when it is written again.

import challenges from '@fluxauth/vectors/challenges.json' with { type: 'json' }
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthorizationSyntaxError, type Challenge, formatChallenge, parseChallenges } from './index.ts'

/** The challenges, or `undefined` when the value was refused. */
function read(value: string): Challenge[] | undefined {
  try {
    return parseChallenges(value)
  } catch (error) {
    expect(error).toBeInstanceOf(AuthorizationSyntaxError)
    return undefined
  }
}

/** The characters of a `token` (RFC 9110, section 5.6.2), which fold to lower case as ASCII does. */
const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
/** The characters of a `token68` (section 11.2) before its padding. */
const TOKEN68_CHARS = TCHARS.replace(/[!#$%&'*^`|]/g, '').concat('/')
const LATIN1 = Array.from({ length: 0x101 }, (_, code) => String.fromCharCode(code))
/** Whether a quoted-string may hold it, escaped at least (section 5.6.4). */
const isText = (character: string): boolean => /[\t -~\x80-\xff]/.test(character)

describe('each character is', () => {
  test('read where the grammar has it and nowhere else, in the usual form and in others', () => {
    for (const c of LATIN1) {
      const isToken = TCHARS.includes(c)
      const lower = c.toLowerCase()
      const value = isText(c) ? { scheme: 'b', params: { a: `x${c}y` } } : undefined
      const written = /["\\]/.test(c) ? `\\${c}` : c
      for (const [text, expected] of [
        [`B${c}c a="d"`, isToken && { scheme: `b${lower}c`, params: { a: 'd' } }],
        [`B${c}c  a=d`, isToken && { scheme: `b${lower}c`, params: { a: 'd' } }],
        [`B A${c}b="d"`, isToken && { scheme: 'b', params: { [`a${lower}b`]: 'd' } }],
        [`B x="y", A${c}b="d"`, isToken && { scheme: 'b', params: { x: 'y', [`a${lower}b`]: 'd' } }],
        [`B A${c}b = d`, isToken && { scheme: 'b', params: { [`a${lower}b`]: 'd' } }],
        [`B a=x${c}y`, isToken && value],
        [`B a="x${written}y"`, value],
        [`B  a="x${written}y"`, value],
        [`B a="x\\${c}y"`, value],
        [`B b="", a="x${written}y"`, value && { scheme: 'b', params: { b: '', a: `x${c}y` } }],
        [`B x${c}y==`, TOKEN68_CHARS.includes(c) && { scheme: 'b', token68: `x${c}y==`, params: {} }],
      ] as const) {
        if (expected) expect(read(text)).toEqual([expected])
        // What follows may be another challenge.
        else if (c === ',' || c === ' ') expect(read(text)?.length).not.toBe(1)
        else expect(read(text)).toBeUndefined()
      }
    }
  })

  test('written where it will be read again and nowhere else', () => {
    const write = (challenge: Challenge): string | undefined => {
      try {
        return formatChallenge(challenge)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_CHALLENGE_VALUE' })
        return undefined
      }
    }
    for (const c of LATIN1) {
      const isToken = TCHARS.includes(c)
      // A good one behind it changes nothing.
      const params = { a: 'b' }
      expect(write({ scheme: `b${c}`, params })).toBe(isToken ? `B${c} a="b"` : undefined)
      expect(write({ scheme: 'b', params: { [`x${c}`]: '', ...params } })).toBe(
        isToken ? `B x${c}="", a="b"` : undefined,
      )
      const text = /["\\]/.test(c) ? `\\${c}` : c
      expect(write({ scheme: 'b', params: { x: `y${c}`, ...params } })).toBe(
        /[\t -~]/.test(c) ? `B x="y${text}", a="b"` : undefined,
      )
      expect(write({ scheme: 'b', params: {}, token68: `x${c}y=` })).toBe(
        TOKEN68_CHARS.includes(c) ? `B x${c}y=` : undefined,
      )
    }
    expect(write({ scheme: 'b', params: {}, token68: '=' })).toBeUndefined()
  })
})

test.each([
  ' a="x"',
  'Basic ="x"',
  'Basic a"x"',
  'Basic a=x"',
  'Basic a="x',
  'Basic a="x", ="y"',
  'Basic a="x", b"y"',
  'Basic a="x", b=y"',
  'Basic a="x", b="y',
  'Basic a="x, b="y"',
  'Basic a="x" b="y"',
  'Basic a="x"b="y"',
  'Basic a="x", b="y"c',
  'Basic/abc',
  'Basic/abc=, Bearer',
])('what only resembles a challenge in the usual form is refused: %s', (value) => {
  expect(read(value)).toBeUndefined()
})

test('tabs are white space around the elements of a list, as spaces are', () => {
  expect(read('\t,\tB x==\t,\t,\tC y= \t, D a=b\t,\tc="d"\t')).toEqual([
    { scheme: 'b', token68: 'x==', params: {} },
    { scheme: 'c', token68: 'y=', params: {} },
    { scheme: 'd', params: { a: 'b', c: 'd' } },
  ])
})

test.each([
  ['behind another', 'Basic a=b, realm=', 17],
  ['before a comma', 'Basic a=b, realm=, c=d', 17],
  ['with white space', 'Basic realm = ', 14],
])('a parameter without a value is refused %s', (_, value, position) => {
  expect(() => parseChallenges(value)).toThrow(
    expect.objectContaining({ code: 'ERR_CHALLENGE_SYNTAX', position }),
  )
})

test('a quoted string says what the same token says', () => {
  expect(parseChallenges('Basic charset="UTF-8"')).toEqual(parseChallenges('Basic charset=UTF-8'))
})

test('values of several field lines say what one line with commas says', () => {
  const lines = ['Basic realm="a"', '', 'Bearer', 'Negotiate YQ==']
  expect(parseChallenges(lines)).toEqual(parseChallenges(lines.join(',')))
})

test('a challenge in the usual form says what the same in another form says, however many parameters it has', () => {
  for (let count = 1; count <= 12; count++) {
    const params = Array.from({ length: count }, (_, index) => `Realm${index || ''}="a, b=${index}"`)
    const [usual] = parseChallenges(`Basic ${params.join(', ')}`)
    expect(parseChallenges(`Basic  ${params.join(' ,')}`)).toEqual([usual])
    expect(Object.entries(usual?.params ?? {})).toEqual(
      params.map((_, index) => [`realm${index || ''}`, `a, b=${index}`]),
    )
    expect(Object.getPrototypeOf(usual?.params)).toBeNull()
  }
})

test('a header of many megabytes is read when it may be', () => {
  for (const value of [`Basic realm="${'\\a'.repeat(2 ** 22)}"`, `Basic a="${'x'.repeat(2 ** 24)}"`]) {
    expect(parseChallenges(value, { maxLength: Number.POSITIVE_INFINITY })).toHaveLength(1)
  }
  const params = Array.from({ length: 2 ** 22 }, (_, index) => `a${index % 2}="x"`).join(', ')
  expect(() => parseChallenges(`Basic ${params}`, { maxLength: Number.POSITIVE_INFINITY })).toThrow(
    expect.objectContaining({ code: 'ERR_CHALLENGE_DUPLICATE' }),
  )
})

test('parameters of one challenge do not reach another', () => {
  const [basic, bearer] = parseChallenges('Basic realm="a", Bearer realm="b"')
  expect([basic?.params.realm, bearer?.params.realm]).toEqual(['a', 'b'])
})

test('a change to a valid value gives our error, or challenges that are written and read to the same', () => {
  const valid = (challenges as { input: unknown; expected?: unknown }[]).flatMap(({ input, expected }) =>
    expected && typeof input === 'string' ? [input] : [],
  )
  const inserted = fc.oneof(
    fc.constantFrom('"', '\\', '=', ',', ' ', '\t', '\n', '(', '\0', 'Basic ', 'realm=x', '€'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  const seen = { read: 0, refused: 0 }
  fc.assert(
    fc.property(
      fc.constantFrom(...valid),
      fc.nat(),
      fc.nat({ max: 3 }),
      inserted,
      (value, at, removed, text) => {
        const index = at % (value.length + 1)
        const parsed = read(value.slice(0, index) + text + value.slice(index + removed))
        seen[parsed ? 'read' : 'refused']++
        if (!parsed) return
        const values = parsed.flatMap(({ params }) => Object.values(params))
        // Latin-1 can be read, but is not written.
        if (values.every((item) => /^[\t -~]*$/.test(item))) {
          expect(parseChallenges(parsed.map((challenge) => formatChallenge(challenge)))).toEqual(parsed)
        }
      },
    ),
    { numRuns: 5000 },
  )
  expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(500)
})
