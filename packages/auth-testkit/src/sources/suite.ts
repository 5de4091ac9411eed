// The conformance suite for a credential source: what whoever asks it relies on, clients and chains.

import { AuthError, type Credentials } from '@fluxauth/auth-core'
import { type CredentialProvider, createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
import type { Awaitable } from '@fluxauth/auth-core/server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWhen, testWhen } from '../applicable.ts'
import { inTime } from '../deadline.ts'
import { findLeaks } from '../leaks.ts'
import { watchOutput } from '../output.ts'

/** What the suite makes a source with. */
export interface SourceOptions {
  /** The origin that the credential is for. */
  readonly origin: string
}

/** The source under test, over a place in which nothing is kept yet. */
export interface SourceUnderTest {
  /** As `defineSource` makes it; a provider without `find` will do. */
  readonly source: CredentialProvider
  /** Puts a credential where the source finds it, in the place of the one that was there; `undefined` takes that away. */
  put(credentials: Credentials | undefined): Awaitable<unknown>
  /** Puts text there that is no credential, with the trait `malformed`. */
  spoil?(text: string): Awaitable<unknown>
  /** Removes what is kept. */
  remove?(): Awaitable<unknown>
}

/** What a source can do at all. */
export interface SourceTraits {
  /** The schemes of the credentials that it can find. Default `['token']`. */
  readonly schemes?: readonly Credentials['scheme'][]
  /** Whether it keeps what it found until a server refuses it, rather than look anew for each request. Default `false`. */
  readonly keeps?: boolean
  /** Whether it has a credential for each origin, and `put` puts one for {@link SourceOptions.origin} alone. Default `false`. */
  readonly perOrigin?: boolean
  /** Whether what is there can be no credential: there is {@link SourceUnderTest.spoil}. Default `false`. */
  readonly malformed?: boolean
}

const SAMPLES: readonly Credentials[] = [
  { scheme: 'token', token: 's3cret-0ne==' },
  { scheme: 'token', token: `s3cret-tw0/+#"'\\$%;` },
  { scheme: 'bearer', token: 's3cret-0ne.of.three' },
  { scheme: 'bearer', token: 's3cret-tw0~of-three' },
  { scheme: 'basic', username: 'zoë', password: 's3cret p:ä ß€' },
  { scheme: 'basic', username: 'joe', password: ' s3cret "q" \\ # ' },
]
const SECRETS = { 'a credential': 's3cret' }
const ORIGIN = 'http://127.0.0.1:8086'
const LIKELY =
  'Likely a promise is not settled when what is asked fails or says nothing: give it a time limit.'

/**
 * Runs the conformance suite on a credential source, as vitest tests: it gives what is there, whoever asks and how many at once, and another
 * when a server has refused that; it says by `ERR_SOURCE_ABSENT` that it has none, so that a chain goes on, and by `ERR_SOURCE_INVALID` that
 * what it has is none, so that a chain ends; it shows the credential to nobody who prints it, what it found, or its errors.
 *
 * @param name of the source
 * @param traits what it can do at all
 * @param create makes a source, and the place where it looks
 * @see the README of this package, whose example has a source to begin with
 */
export function testSource(
  name: string,
  traits: SourceTraits,
  create: (options: SourceOptions) => Awaitable<SourceUnderTest>,
): void {
  const { schemes = ['token'], keeps = false, malformed = false, perOrigin = false } = traits
  const samples = SAMPLES.filter(({ scheme }) => schemes.includes(scheme))
  const [one, two] = samples as [Credentials, Credentials]
  const context = { origin: ORIGIN }

  describe(`the source ${name}`, { timeout: 30_000 }, () => {
    const output = watchOutput()
    beforeAll(output.start)
    afterEach(() => showsNoSecret(output.taken(), 'printed'))
    afterAll(output.stop)

    const withSource = async (use: (place: SourceUnderTest) => Promise<void>): Promise<void> => {
      const place = await create({ origin: ORIGIN })
      try {
        await use(place)
      } finally {
        await place.remove?.()
      }
    }
    const get = ({ source }: SourceUnderTest): Promise<Credentials> =>
      inTime((async () => source.get(context))(), 'get() did not end', LIKELY)
    const refusal = async (place: SourceUnderTest): Promise<unknown> => {
      const error = await get(place).then(
        () => expect.fail('get() has to reject, and gave a credential'),
        (reason: unknown) => reason,
      )
      showsNoSecret(error, 'error')
      expect(AuthError.is(error), `what get() rejects with is a SourceError, and was ${error}`).toBe(true)
      return error
    }
    const refuse = ({ source }: SourceUnderTest, credentials: Credentials): void =>
      source.invalidate?.(credentials)

    test.each(samples.map((sample) => [sample.scheme, sample] as const))(
      'gives what is there, with the scheme %s',
      (_, sample) =>
        withSource(async (place) => {
          await place.put(sample)
          const whole = 'it is given as it was put there, blanks, quotes and signs included'
          expect(await get(place), whole).toEqual(sample)
          expect(await get(place), 'and once more').toEqual(sample)
        }),
    )

    test('gives it to many who ask at once', () =>
      withSource(async (place) => {
        await place.put(one)
        const given = await Promise.all(Array.from({ length: 50 }, () => get(place)))
        expect(new Set(given.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(one)]))
      }))

    test('gives what is there now, once a server has refused what was there', () =>
      withSource(async (place) => {
        await place.put(one)
        const given = await get(place)
        await place.put(two)
        refuse(place, given)
        expect(await get(place), 'what was refused is looked for anew').toEqual(two)
        refuse(place, given)
        expect(await get(place), 'a late refusal of the one before changes nothing').toEqual(two)
      }))

    testWhen(!keeps)('gives what is there now with each request', () =>
      withSource(async (place) => {
        await place.put(one)
        await get(place)
        await place.put(two)
        expect(await get(place), 'what is kept until it is refused: say so with the trait "keeps"').toEqual(
          two,
        )
        await place.put(undefined)
        expect(await refusal(place)).toMatchObject({ code: 'ERR_SOURCE_ABSENT' })
      }),
    )

    testWhen(keeps)('keeps it until a server refuses that very one', () =>
      withSource(async (place) => {
        await place.put(one)
        await get(place)
        await place.put(two)
        refuse(place, two)
        expect(await get(place), 'another one was refused').toEqual(one)
        refuse(place, structuredClone(one))
        expect(await get(place), 'what is refused is told by what is in it').toEqual(two)
      }),
    )

    test('says that it has none, so that a chain asks its next source', () =>
      withSource(async (place) => {
        expect(await refusal(place), 'the code by which a chain goes on').toMatchObject({
          code: 'ERR_SOURCE_ABSENT',
        })
        await place.put(one)
        const given = await get(place).catch((error: unknown) => error)
        expect(given, 'that there was none is not remembered').toEqual(one)
      }))

    testWhen(perOrigin)('has nothing for another origin than the one that it is for', () =>
      withSource(async (place) => {
        await place.put(one)
        for (let times = 0; times < 2; times++) {
          for (const origin of ['http://other.test:8086', 'https://localhost']) {
            const given = await inTime(
              (async () => place.source.get({ origin }))().catch((error: unknown) => error),
              'get() did not end',
              LIKELY,
            )
            const rule = `what is for ${ORIGIN} is asked for ${origin}: look for the origin that get() is told, and keep what was found for each apart`
            expect(given, rule).toMatchObject({ code: 'ERR_SOURCE_ABSENT' })
          }
          expect(await get(place)).toEqual(one)
        }
      }),
    )

    describeWhen(malformed && 'token' in one)('gives no token that is none:', () => {
      test.each(['', ' ', '\n', '\t\r\n'])('not %j, in which there is nothing', (text) =>
        withSource(async (place) => {
          await place.spoil?.(text)
          expect(['ERR_SOURCE_ABSENT', 'ERR_SOURCE_INVALID']).toContain(
            ((await refusal(place)) as { code?: unknown }).code,
          )
        }),
      )

      test.each(['\n', '\r\n', ' '])('not one with %j behind it, as an editor or a shell leaves it', (end) =>
        withSource(async (place) => {
          await place.spoil?.(`${'token' in one ? one.token : ''}${end}`)
          const given = await get(place).catch((error: unknown) => error)
          showsNoSecret(given instanceof Error ? given : undefined, 'error')
          if (given instanceof Error) expect(given).toMatchObject({ code: 'ERR_SOURCE_INVALID' })
          else expect(given, 'the token alone, or none: no header carries what is behind it').toEqual(one)
        }),
      )
    })

    describeWhen(malformed)('says that what is there is no credential, so that a chain ends:', () => {
      test.each(['s3cret two words', 's3cret\ns3cret', 's3cret\u0000', 's3cret ü', 's3cret-\u200b'])(
        '%j',
        (text) =>
          withSource(async (place) => {
            await place.spoil?.(text)
            expect(await refusal(place)).toMatchObject({ code: 'ERR_SOURCE_INVALID' })
            await place.put(one)
            expect(await get(place), 'and finds what is put in its place').toEqual(one)
          }),
      )
    })

    test('gives each who asks what nobody else has changed', () =>
      withSource(async (place) => {
        await place.put(one)
        const given = await get(place)
        for (const key of Object.keys(given)) Reflect.set(given, key, 'changed')
        expect(await get(place), 'what was given is frozen, or its own for each').toEqual(one)
      }))

    test('is told from another of its kind', () =>
      withSource((place) =>
        withSource(async (other) => {
          await place.put(one)
          await other.put(two)
          expect(
            [await get(place), await get(other), await get(place)],
            'each has its own: what is kept stands in no variable that all share, and what is given is a copy',
          ).toEqual([one, two, one])
        }),
      ))

    test('shows the credential to nobody who prints the source, or what it found', () =>
      withSource(async (place) => {
        await place.put(one)
        await get(place)
        showsNoSecret(place.source, 'source')
        const { find } = place.source as { find?: (asked: typeof context) => Promise<unknown> }
        if (!find) return
        const found = await find.call(place.source, context)
        expect(found).toMatchObject({ source: expect.stringMatching(/./) })
        expect((found as { credentials?: unknown }).credentials).toEqual(one)
        showsNoSecret(found, 'found')
        showsNoSecret({ ...(found as object) }, '{ ...found }')
      }))

    test('serves a client, whose 401 has it look anew', () =>
      withSource(async (place) => {
        await place.put(one)
        const sent: (string | null)[] = []
        const server = async (_: unknown, init?: RequestInit) => {
          sent.push(new Headers(init?.headers).get('authorization'))
          if (sent.length > 1) return new Response('welcome')
          await place.put(two)
          return new Response(null, { status: 401 })
        }
        const authFetch = withAuth(
          server as typeof fetch,
          createAuthorizer({ origin: ORIGIN, credentials: place.source }),
        )
        expect((await authFetch('/')).status).toBe(200)
        expect(new Set(sent).size, 'how many credentials the server was sent').toBe(2)
      }))
  })
}

/** Fails for every place at which a credential shows, and lets the test go on. */
function showsNoSecret(value: unknown, name: string): void {
  const places = findLeaks(value, name, SECRETS)
  expect
    .soft(
      places,
      `whoever prints it sees ${places.join(', ')}: leave it out, or hide it as defineSource does`,
    )
    .toEqual([])
}
