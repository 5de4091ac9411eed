// Challenges near the border of the grammar, and that what was read means the same when it is written again.

import challenges from '@fluxauth/vectors/challenges.json' with { type: 'json' }
import fc from 'fast-check'
import { expect, test } from 'vitest'
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
