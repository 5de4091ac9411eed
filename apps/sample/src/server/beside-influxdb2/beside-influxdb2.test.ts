// Our guard with the rules of InfluxDB 2 beside a real one: hundreds of requests to both, and every difference is one that the guides name.

import { encodeBasic } from '@fluxauth/auth-core'
import { scryptPasswords } from '@fluxauth/auth-node/server'
import { describeReal, type RunningInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, inWords } from './asking.ts'
import listed from './differences.json' with { type: 'json' }
import { GENERATED, type Sessions } from './generated.ts'
import { type RunningGuard, startGuard } from './our-guard.ts'
import { FEW, type Things, USER } from './people.ts'
import { type Listed, printDifferences } from './printing.ts'
import { startReal } from './real.ts'
import { SCENARIOS } from './scenarios.ts'

const LISTED: Listed = listed

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

    printDifferences(
      `${GENERATED.length + Object.keys(SCENARIOS).length} requests and ways to ask several times`,
      'our guard',
      differences,
      LISTED,
    )
    expect(new Set(GENERATED.map(({ name }) => name)).size, 'no name twice').toBe(GENERATED.length)
    expect(differences).toEqual(Object.assign({}, ...Object.values(LISTED)))
  }, 180_000)

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
