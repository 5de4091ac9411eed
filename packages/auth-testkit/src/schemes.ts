// The conformance suite for a scheme made with `defineScheme`: what `parseAuthorization` and `formatAuthorization` rely on.

import {
  AuthError,
  formatAuthorization,
  parseAuthorization,
  type SchemeCodec,
  type SchemeCredentials,
} from '@fluxauth/auth-core'
import { describe, test } from 'vitest'
import { findLeaks } from './leaks.ts'

/** What the suite needs to know of a scheme. */
export interface SchemeSamples<C extends SchemeCredentials> {
  /** Credentials that the scheme can carry. */
  readonly credentials: readonly C[]
  /** Values that the scheme must refuse, beside those that every scheme must. */
  readonly malformed: readonly string[]
}

/** One thing that a scheme must do; `check` throws when it does not. */
export interface SchemeCheck {
  readonly title: string
  readonly check: () => void
}

/**
 * Runs the conformance suite on a scheme, as vitest tests.
 *
 * @param codec made with `defineScheme`
 * @param samples credentials it carries and values it refuses
 * @example
 * import { basicScheme } from '@fluxauth/auth-core'
 * import { testScheme } from '@fluxauth/auth-testkit'
 *
 * testScheme(basicScheme, {
 *   credentials: [{ scheme: 'basic', username: 'Aladdin', password: 'open sesame' }],
 *   malformed: ['Basic', 'Basic QQ='],
 * })
 */
export function testScheme<C extends SchemeCredentials>(
  codec: SchemeCodec<C>,
  samples: SchemeSamples<C>,
): void {
  describe(`the ${codec.scheme} scheme`, () => {
    for (const { title, check } of schemeChecks(codec, samples)) test(title, check)
  })
}

/**
 * The suite as plain functions, for other test runners.
 *
 * @see the README of this package, whose example calls them
 */
export function schemeChecks<C extends SchemeCredentials>(
  codec: SchemeCodec<C>,
  { credentials, malformed }: SchemeSamples<C>,
): SchemeCheck[] {
  const { values, failed } = encodeAll(codec, credentials)
  const refused = [
    ...malformed,
    '',
    ' ',
    codec.scheme,
    `${codec.scheme} `,
    'another-scheme value',
    ...values.flatMap((value) => [
      ` ${value}`,
      `${value}\r\n`,
      `${value}\0`,
      `${value}, ${value}`,
      `${value}${'A'.repeat(8192)}`,
      `${value} `,
      ...outsideOf(value),
    ]),
  ]
  const schemes = [codec as unknown as SchemeCodec]
  return [
    {
      title: 'has samples to be tested with',
      check: () =>
        report([
          ...unless(credentials.length > 0 && malformed.length > 0, 'Give at least one sample of each kind'),
          ...failed,
        ]),
    },
    {
      title: 'reads what it writes',
      check: () =>
        report(
          credentials.flatMap((item, index) => {
            const value = values[index] ?? ''
            const sample = `credentials[${index}]`
            return [
              ...unless(
                equal(
                  outcomeOf(() => codec.decode(value)),
                  item,
                ),
                `decode(encode(${sample})) must be as ${sample}`,
              ),
              ...unless(
                outcomeOf(() => formatAuthorization(item, { schemes })) === value,
                `formatAuthorization(${sample}) must be what encode() writes`,
              ),
              ...unless(
                equal(
                  outcomeOf(() => parseAuthorization(value, { schemes })),
                  item,
                ),
                `parseAuthorization(encode(${sample})) must be as ${sample}`,
              ),
            ]
          }),
        ),
    },
    {
      title: 'reads a value alike each time, and gives nobody what it gave before',
      check: () =>
        report(
          values.flatMap((value, index) => {
            const given = values.map((each) => outcomeOf(() => codec.decode(each)))
            const again = outcomeOf(() => codec.decode(value))
            return [
              ...unless(
                equal(again, credentials[index]),
                `decode(encode(credentials[${index}])) must be the same each time: a regular expression with the flag g or y goes on where it was`,
              ),
              ...unless(
                given.every((each, at) => equal(each, credentials[at])),
                'What decode() returned must stay as it was when it is called again: return an object of its own',
              ),
            ]
          }),
        ),
    },
    {
      title: 'writes what it can read again, and refuses all else with an AuthError that does not show it',
      check: () => report(credentials.flatMap((item, index) => wrongWriting(codec, item, index))),
    },
    {
      title: 'reads in a time that does not grow faster than the value',
      check: () => report(values.slice(0, 1).flatMap((value) => slowReading(codec, value))),
    },
    {
      title: 'writes its own scheme word, a space, and printable ASCII',
      check: () =>
        report(
          values.flatMap((value, index) => {
            const written = `encode(credentials[${index}])`
            return [
              ...unless(
                /^[!-~]+ [ -~]+$/.test(value),
                `${written} must be a word, a space and printable ASCII`,
              ),
              ...unless(
                value.split(' ', 1)[0]?.toLowerCase() === codec.scheme,
                `${written} must begin with ${codec.scheme}, in any case`,
              ),
            ]
          }),
        ),
    },
    {
      title: 'refuses what is malformed, with an AuthError that holds nothing of it',
      check: () => report(refused.flatMap((value) => wrongRefusal(() => codec.decode(value), value))),
    },
    {
      title: 'reads one spelling of what it carries, and takes nothing else for it',
      check: () =>
        report(
          values.flatMap((value, index) => otherSpellings(codec, value, credentials[index] as C, index)),
        ),
    },
    {
      title: 'refuses what is not a string',
      check: () =>
        report(
          [undefined, null, 42, {}, []].flatMap((value) =>
            wrongRefusal(() => codec.decode(value as unknown as string), value),
          ),
        ),
    },
  ]
}

/** What is wrong with how a value was refused; nothing, if it is right. */
function wrongRefusal(run: () => unknown, value: unknown): string[] {
  const text = JSON.stringify(value) ?? 'undefined'
  const call = `decode(${text.length > 80 ? `${text.slice(0, 60)}… of ${text.length} characters` : text})`
  try {
    run()
  } catch (error) {
    if (!AuthError.is(error))
      return [
        `${call} must throw an AuthError, for example an AuthorizationSyntaxError, and it threw ${error}`,
      ]
    const secret = typeof value === 'string' ? value.trim().replace(/^\S+ +/, '') : ''
    if (secret.length < 8) return []
    const cut = secret.length < 16 ? {} : { 'its beginning': secret.slice(0, 8), 'its end': secret.slice(-8) }
    return findLeaks(error, 'error', { 'the value': secret, ...cut }).map(
      (place) => `The error of ${call} must not show what follows the scheme word: ${place}`,
    )
  }
  return [`${call} must throw an AuthError, for example an AuthorizationSyntaxError, and it returned`]
}

/** What samples are written as; where one is not, what is wrong. */
function encodeAll<C extends SchemeCredentials>(
  codec: SchemeCodec<C>,
  credentials: readonly C[],
): { values: string[]; failed: string[] } {
  const failed: string[] = []
  const values = credentials.flatMap((item, index) => {
    try {
      return [codec.encode(item)]
    } catch (error) {
      failed.push(`encode(credentials[${index}]) must write it, and threw ${error}`)
      return []
    }
  })
  return { values, failed }
}

/** What stands before a value's credentials as no scheme word of its own does: another one, a tab, nothing. */
function outsideOf(value: string): string[] {
  const at = value.indexOf(' ')
  const [word, rest] = [value.slice(0, at), value.slice(at + 1)]
  return [`${word}x ${rest}`, `x${value}`, `${word}\t${rest}`, `${word}:${rest}`, `${word}${rest}`, rest]
}

/** What RFC 9110 has one spelling of. Parameters have several: blanks around them, quotes. */
const TOKEN68 = /^[!-~]+ [\w.~+/-]+=*$/
/** More of a value than this says nothing new. */
const LOOKED_AT = 200

/** What else is taken for a value of a sample: base64 that nobody writes, blanks, escapes, quotes. */
function otherSpellings<C extends SchemeCredentials>(
  codec: SchemeCodec<C>,
  value: string,
  item: C,
  index: number,
): string[] {
  if (!TOKEN68.test(value)) return []
  const start = value.indexOf(' ') + 1
  const rest = value.slice(start)
  const bare = rest.replace(/=+$/, '')
  const others = new Set([
    bare,
    `${rest}=`,
    `${rest}==`,
    `"${rest}"`,
    `'${rest}'`,
    `<${rest}>`,
    `${rest};`,
    `${rest},`,
  ])
  for (let at = 0; at < Math.min(rest.length, LOOKED_AT); at++) {
    const [before, character, after] = [rest.slice(0, at), rest[at] ?? '', rest.slice(at + 1)]
    const next = (by: number) => String.fromCharCode(character.charCodeAt(0) + by)
    const swapped = character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()
    const escaped = `%${character.charCodeAt(0).toString(16)}`
    for (const instead of [
      next(1),
      next(-1),
      swapped,
      escaped,
      '',
      '-',
      '_',
      `${character} `,
      `${character}!`,
    ])
      others.add(before + instead + after)
  }
  others.delete(rest)
  const taken = [...others].filter((other) =>
    equal(
      outcomeOf(() => codec.decode(value.slice(0, start) + other)),
      item,
    ),
  )
  return taken
    .slice(0, 5)
    .map(
      (other) =>
        `decode(${JSON.stringify(value.slice(0, start) + other)}) must not give credentials[${index}], of which encode() writes ${JSON.stringify(value)}: refuse what it does not write, as base64 is decoded that is not canonical, or what is trimmed, unescaped or turned to one case`,
    )
}

/** What a function returns, or throws. */
function outcomeOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

const PART = 's3cret-of-the-suite'
/** What cannot be in a header, or may be taken for the end of a part, in the place of each text of a sample. */
const ODD_PARTS: readonly unknown[] = [
  `${PART}\r\nX-Injected: 1`,
  `${PART}\n`,
  `${PART}\r`,
  `${PART}\x7f`,
  `${PART}\x1b[2J`,
  PART.toUpperCase(),
  `${PART}\0`,
  `${PART}\t`,
  `${PART} ${PART}`,
  ` ${PART}`,
  `${PART}, Token x`,
  `${PART}"`,
  `${PART}:`,
  `${PART}=x`,
  `${PART}ü`,
  `${PART}€\ud800`,
  '',
  // The value of a variable that is not set, and what JSON may hold.
  undefined,
  null,
  42,
]

/** What is wrong with how odd parts are written; nothing, where they come back or are refused. */
function wrongWriting<C extends SchemeCredentials>(codec: SchemeCodec<C>, item: C, index: number): string[] {
  const names = Object.entries(item).flatMap(([name, value]) =>
    name !== 'scheme' && typeof value === 'string' ? [name] : [],
  )
  return names.flatMap((name) =>
    ODD_PARTS.flatMap((part) => {
      const odd = { ...item, [name]: part }
      const call = `encode({ ...credentials[${index}], ${name}: ${JSON.stringify(part) ?? 'undefined'} })`
      let value: string
      try {
        value = codec.encode(odd)
      } catch (error) {
        if (!AuthError.is(error)) return [`${call} must throw an AuthError, if any, and threw ${error}`]
        return findLeaks(error, 'error', { 'what it was given': PART }).map(
          (place) => `The error of ${call} shows ${place}`,
        )
      }
      const holds =
        /^[!-~]+ [ -~]*$/.test(value) &&
        equal(
          outcomeOf(() => codec.decode(value)),
          odd,
        )
      return unless(
        holds,
        `${call} must throw an AuthError, or write one line of ASCII that decode() reads as it was`,
      )
    }),
  )
}

/** In milliseconds: no decoder needs as long for a header's 8,192 characters, unless it tries one way after the other. */
const SLOW = 100

/** What is wrong with how long values take, which grow until it shows. */
function slowReading<C extends SchemeCredentials>(codec: SchemeCodec<C>, value: string): string[] {
  const start = value.slice(0, value.indexOf(' ') + 1)
  const time = (text: string): number => {
    const began = performance.now()
    outcomeOf(() => codec.decode(text))
    return performance.now() - began
  }
  return ['a', 'A=', ' ', ',', 'a.', 'a,'].flatMap((filler) => {
    for (let length = 8; length <= 8192; length = Math.ceil(length * 1.2)) {
      const text = `${start}${filler.repeat(length).slice(0, length)}!\n`
      // Once more: the first time something else may have taken the processor.
      if (time(text) < SLOW || time(text) < SLOW) continue
      return [
        `decode() took longer than ${SLOW} ms for ${JSON.stringify(`${start}${filler}…!\n`)} of ${text.length} characters: its regular expression tries one way after the other`,
      ]
    }
    return []
  })
}

function unless(holds: boolean, what: string): string[] {
  return holds ? [] : [what]
}

/** Throws all that is wrong at once. */
function report(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
}

function equal(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) => JSON.stringify(Object.entries(value as object).sort())
  return sorted(a) === sorted(b)
}
