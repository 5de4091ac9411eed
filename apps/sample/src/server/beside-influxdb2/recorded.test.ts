// Requests that were recorded on real servers, sent again to the sample with the rules of InfluxDB 2 and to a real one.

import { describeReal, type RunningInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, inWords } from './asking.ts'
import { startSample } from './our-sample.ts'
import { TOKEN, USER, V1 } from './people.ts'
import { type Prepared, prepare } from './preparing.ts'
import { type Listed, printDifferences } from './printing.ts'
import { startReal } from './real.ts'
import { fill, fillAnswer, RECORDED } from './recorded.ts'
import listed from './recorded-differences.json' with { type: 'json' }

const LISTED: Listed = listed

const SECRETS = {
  ADMIN_TOKEN: TOKEN,
  PASSWORD: USER.password,
  WRONG_PASSWORD: 'a-wrong-one',
  MIA_PASSWORD: 'mia’s own',
  MIA_PASSWORD_2: 'mia’s next',
  V1_PASSWORD: V1.password,
}

describeReal('requests that were recorded', ['influxdb2'], () => {
  let real: RunningInfluxdb2
  let sides: readonly [ours: Prepared, real: Prepared]
  let sample: Awaited<ReturnType<typeof startSample>>
  beforeAll(async () => {
    sample = await startSample()
    real = (await startReal('fluxauth')).real
    const values = {
      USER_ID: real.userID,
      ORG: real.org,
      ORG_ID: real.orgID,
      BUCKET: real.bucket,
      BUCKET_ID: real.bucketID,
      ADMIN_AUTH_ID: real.authorizationID,
    }
    sides = [
      { origin: sample.origin, values: { ...sample.values, ...SECRETS } },
      { origin: real.url, values: { ...values, ...SECRETS } },
    ]
  }, 60_000)
  afterAll(async () => {
    await sample?.stop()
    await real?.stop()
  })

  test('are answered as they were, and by the sample otherwise where the list says so, and nowhere else', async () => {
    const changed: Record<string, string> = {}
    const differences: Record<string, readonly string[]> = {}
    for (const row of RECORDED) {
      const answers = await Promise.all(
        sides.map(async (side) => {
          const values = await prepare(side, row)
          return { text: inWords(await ask(side.origin, fill(row, values))), values }
        }),
      )
      const [ours, theirs] = answers
      if (!ours || !theirs) throw new Error('two were asked')
      if (theirs.text !== fillAnswer(row, theirs.values)) changed[row.id] = theirs.text
      if (ours.text !== theirs.text) differences[row.id] = [ours.text, theirs.text]
    }
    const recordings = RECORDED.reduce((sum, { only }) => sum + (only === undefined ? 2 : 1), 0)
    printDifferences(
      `${RECORDED.length} requests, recorded ${recordings} times`,
      'the sample',
      differences,
      LISTED,
    )
    expect(changed, 'the real server answers as it was recorded').toEqual({})
    expect(differences).toEqual(Object.assign({}, ...Object.values(LISTED)))
  }, 180_000)
})
