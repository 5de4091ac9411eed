// Our guard with the rules of InfluxDB 2 beside a real one: hundreds of requests to both, and every difference is one that the guides name.

import { readFileSync } from 'node:fs'
import { encodeBasic } from '@fluxauth/auth-core'
import { scryptPasswords } from '@fluxauth/auth-node/server'
import { describeReal, type RunningInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, inWords } from './asking.ts'
import listed from './differences.json' with { type: 'json' }
import { GENERATED, type Sessions } from './generated.ts'
import { type RunningGuard, startGuard } from './our-guard.ts'
import { FEW, type Things, USER } from './people.ts'
import { startReal } from './real.ts'
import { SCENARIOS } from './scenarios.ts'

/** The row that no answer shows, since it is about time. */
const UNSEEN = 'an unknown user takes as long as a wrong password'

/** The list: what is answered otherwise, in which words, by the row of the guides' table that says why. */
const LISTED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = listed

/** One of the two. */
interface Side {
  readonly origin: string
  readonly things: Things
}

async function signIn({ origin }: Side, { username, password }: typeof USER): Promise<string> {
  const headers = ['Authorization', encodeBasic(username, password)]
  const { status, cookie } = await ask(origin, { method: 'POST', path: '/api/v2/signin', headers })
  expect(status, 'signing in').toBe(204)
  return cookie
}

const signInBoth = async (side: Side): Promise<Sessions> => ({
  user: await signIn(side, USER),
  few: await signIn(side, FEW),
})

/** The first cells of the guides' table. */
function rowsOfGuide(): string[] {
  const guide = new URL('../../../../../docs/protect-your-own-api.md', import.meta.url)
  const [, table = ''] = readFileSync(guide, 'utf8').split('### Otherwise than InfluxDB 2, on purpose')
  const [, ...rows] = (table.split('\n\n')[2] ?? '').split('\n')
  return rows.slice(1).map((row) => row.split(' | ')[0]?.replace(/^\| /, '').trim() ?? '')
}

describeReal('our guard beside a real InfluxDB 2', ['influxdb2'], () => {
  let real: RunningInfluxdb2
  let guard: RunningGuard
  let sides: readonly [ours: Side, real: Side]
  beforeAll(async () => {
    const started = await startReal()
    real = started.real
    guard = await startGuard(started.things)
    sides = [guard, { origin: real.url, things: started.things }]
  }, 60_000)
  afterAll(async () => {
    guard?.stop()
    await real?.stop()
  })

  test('answers otherwise where the list says so, in the words of the list, and nowhere else', async () => {
    const sessions = await Promise.all(sides.map(signInBoth))
    const differences: Record<string, readonly string[]> = {}
    for (const { name, ends, make } of GENERATED) {
      const answers = await Promise.all(
        sides.map(async (side, index) => {
          const own = ends ? { user: await signIn(side, USER), few: '' } : sessions[index]
          return inWords(await ask(side.origin, make(side.things, own ?? { user: '', few: '' })))
        }),
      )
      if (answers[0] !== answers[1]) differences[name] = answers
    }
    for (const [name, play] of Object.entries(SCENARIOS)) {
      // One of its own, so that no failed attempt of another scenario counts.
      const limited = await startGuard(sides[1].things, { limited: true })
      const answers = [await play(limited.origin), await play(real.url)]
      limited.stop()
      if (answers[0] !== answers[1]) differences[name] = answers
    }

    const asked = GENERATED.length + Object.keys(SCENARIOS).length
    const why = new Map(
      Object.entries(LISTED).flatMap(([row, names]) => Object.keys(names).map((name) => [name, row])),
    )
    console.log(
      [
        `${asked} requests, ${Object.keys(differences).length} of which our guard answers otherwise than InfluxDB 2:`,
        ...Object.entries(differences).map(
          ([name, [ours, theirs]]) => `  ${name}: ${ours} | ${theirs} (${why.get(name) ?? 'NOT LISTED'})`,
        ),
      ].join('\n'),
    )
    expect(new Set(GENERATED.map(({ name }) => name)).size, 'no name twice').toBe(GENERATED.length)
    expect(differences).toEqual(Object.assign({}, ...Object.values(LISTED)))
  }, 180_000)

  test('the list and the guides’ table have the same rows', () => {
    expect(
      rowsOfGuide()
        .filter((row) => row !== UNSEEN)
        .sort(),
    ).toEqual(Object.keys(LISTED).sort())
    expect(rowsOfGuide()).toContain(UNSEEN)
    for (const [row, names] of Object.entries(LISTED)) expect(Object.keys(names), row).not.toEqual([])
  })

  test('an unknown user costs as many hashes as a wrong password: one', async () => {
    const scrypt = scryptPasswords({ cost: 1024, parallelization: 1 })
    let hashes = 0
    const counting = await startGuard(sides[1].things, {
      passwords: {
        ...scrypt,
        hash: (password) => scrypt.hash(password),
        verify(password, hash) {
          hashes++
          return scrypt.verify(password, hash)
        },
      },
    })
    const costs: number[] = []
    for (const [username, password] of [
      [USER.username, USER.password],
      [USER.username, 'wrong'],
      ['nobody', 'wrong'],
    ] as const) {
      hashes = 0
      const headers = ['Authorization', encodeBasic(username, password)]
      await ask(counting.origin, { method: 'POST', path: '/api/v2/signin', headers })
      costs.push(hashes)
    }
    counting.stop()
    expect(costs).toEqual([1, 1, 1])
  })
})
