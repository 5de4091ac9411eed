// What the store suite is given, and how its tests get at it.

import type { AuthStore, Awaitable } from '@fluxauth/auth-core/server'
import { expect } from 'vitest'
import { inTime } from '../deadline.ts'

/** How many attempts the suite wants to be let through. */
export interface StoreLimits {
  /** For a user name. */
  readonly user: number
  /** From an address. */
  readonly address: number
  /** From an IPv6 /48. */
  readonly network: number
  /** For a user name from an address that is known to be good for it. */
  readonly pair: number
  /** In so many seconds. */
  readonly seconds: number
}

/** What the suite makes a store with. */
export interface StoreOptions {
  readonly limits: StoreLimits
  /** In milliseconds: how long to wait for an answer, where the suite has some lost. */
  readonly timeout?: number | undefined
}

/** What lies between the store and those who open it, where the suite is to have it fail. */
export interface StoreNetwork {
  /**
   * From now on what is asked arrives, and no answer comes back, nor does a later one on the same connection, which stays open or is
   * closed instead of the answer.
   *
   * @returns settles once an answer was lost
   */
  lose(how: 'silent' | 'closed'): Promise<void>
  /** From now on new connections work again, as do those of which nothing was lost. */
  pass(): void
}

/** The store under test: a new place, in which nothing is kept yet. */
export interface StoreUnderTest {
  /** Opens the store; with the trait `shared` also a second time, on what is kept already. The suite closes it. */
  open(): Awaitable<AuthStore>
  /** All that is kept, as text, where that can be told: no secret may be in it. */
  dump?(): Awaitable<string>
  /** How answers are lost, with the trait `network`. */
  readonly network?: StoreNetwork | undefined
  /** Removes what is kept. */
  remove?(): Awaitable<unknown>
}

/** What a store can do at all. */
export interface StoreTraits {
  /** Whether it can be opened twice, by two programs say, that see what the other writes. Default `false`. */
  readonly shared?: boolean
  /** Whether times are kept by a clock of its own, so that no clock of those who open it prolongs or ends anything. Default `false`. */
  readonly ownClock?: boolean
  /** Whether it is across a network, and the place says how its answers are lost. Default `false`. */
  readonly network?: boolean
  /** Whether it counts attempts. Default `true`. */
  readonly attempts?: boolean
}

/** Gives a test an empty store, opened as often as the test has parameters for it, and closes it afterwards. */
export type WithStore = (
  use: (store: AuthStore, another: AuthStore, place: StoreUnderTest) => Promise<void>,
  limits?: Partial<StoreLimits>,
) => Promise<void>

const LIKELY = 'Likely a promise is not settled when the store’s client fails, or a lock is not let go of.'

/** A store whose calls end in time, or say which did not. */
function timed(store: AuthStore): AuthStore {
  const { tokens, sessions, attempts } = store
  return Object.assign(Object.create(store), {
    tokens: timedCalls('tokens', tokens),
    sessions: timedCalls('sessions', sessions),
    ...(attempts && { attempts: timedCalls('attempts', attempts) }),
    close: once(() => store.close()),
  })
}

function timedCalls<T extends object>(part: string, calls: T): T {
  return new Proxy(calls, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name)
      if (typeof call !== 'function') return call
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(call, target, args)
        if (!isThenable(result)) return result
        return inTime(result, `${part}.${String(name)}() did not end`, LIKELY)
      }
    },
  })
}

const LIMITS: StoreLimits = { user: 5, address: 20, network: 40, pair: 5, seconds: 900 }

/** Makes {@link WithStore}; where a store is not shared the second handle is the first. */
export function storesOf(
  { shared = false }: StoreTraits,
  create: (options: StoreOptions) => Awaitable<StoreUnderTest>,
): WithStore {
  return async (use, limits) => {
    const place = await create({ limits: { ...LIMITS, ...limits } })
    const store = timed(await inTime(place.open(), 'open() did not end', LIKELY))
    const another = shared ? timed(await inTime(place.open(), 'open() did not end', LIKELY)) : store
    try {
      await use(store, another, place)
    } finally {
      await inTime(store.close(), 'close() did not end', LIKELY)
      if (another !== store) await inTime(another.close(), 'close() did not end', LIKELY)
      await place.remove?.()
    }
  }
}

/** Why what others have changed is not found as it was. */
export const SEEN =
  'what is there now, whoever wrote it: nothing that was found is remembered where others can change it'

/** Longer than any column that somebody may have thought long enough. */
export const HUGE: string = Array.from({ length: 15_000 }, () => crypto.randomUUID()).join('')

/** Has {@link HUGE} written, which comes back whole, or is refused by an error of a store that does not show it. */
export async function keptOrRefused(write: () => unknown, look: () => Promise<void>): Promise<void> {
  const outcome = await (async () => write())().then(
    () => undefined,
    (error: unknown) => error,
  )
  if (outcome === undefined) return look()
  expect(outcome, 'what is too long is refused by a StoreError, or kept whole').toMatchObject({
    name: 'StoreError',
    code: expect.stringMatching(/^ERR_STORE_/),
  })
  expect(`${outcome}`).not.toContain(HUGE.slice(0, 36))
}

/** Texts that have to come back as they were. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'zoë ß€ 北京 👩‍🚀',
  `it's "quoted" \`so\` \\ and / more`,
  "'; DROP TABLE tokens; --",
  '__proto__',
  'constructor',
  'a:b*c?[d]%_{e}',
  'line\r\nbreak\ttab',
  'null\0character',
  'half \ud800 a pair',
  'e\u0301 and \u00e9',
]

/** Texts that a text is not, though some collation, trimming or pattern takes them for it. */
export function looksLike(text: string): readonly string[] {
  const swapped = text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
  const others = [
    '',
    `${text} `,
    ` ${text}`,
    `${text}\0`,
    text.slice(0, -1),
    `${text.slice(0, -1)}%`,
    '%',
    '*',
    '_',
    swapped,
  ]
  return others.filter((other) => other !== text)
}

/** A promise, or what a query builder gives in the place of one. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** What is done once, however often it is asked for: a test may close what the suite closes after it. */
function once<T>(work: () => T): () => T {
  let done: { readonly result: T } | undefined
  return () => {
    done ??= { result: work() }
    return done.result
  }
}
