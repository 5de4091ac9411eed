// InfluxData's own clients in Python, Go and JavaScript: they sign in to the sample and to a real InfluxDB 2, and see the same.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describeReal, type RealPartName, requirePart, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SampleServer, startServer } from '../server/app.ts'
import { caller } from '../server/calling.ts'
import { comparable } from '../server/comparing.ts'
import { type Given, type Seen, useJavaScript } from './javascript.ts'

const USER = { username: 'zoe', password: 'open sesame: a & b' }

/** A refusal, as far as a client tells it. */
interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

const forbidden = { status: 403, code: 'forbidden', message: 'insufficient permissions' }
const unauthorized = { status: 401, code: 'unauthorized', message: 'unauthorized access' }

/** What the clients see on the sample alone, by the step. */
const OTHERWISE: Readonly<Record<string, Refusal>> = {
  // A missing permission is 403, so that no client takes its credential for a bad one.
  'with the token: me': forbidden,
  'with the token: create a token': forbidden,
  // Who holds no permission for the type is told so, in the place of an empty list.
  'with the token: organizations': forbidden,
  // An inactive token is not told from an unknown one.
  'with the inactive token: bucket by id': unauthorized,
}

const tool = (path: string) => fileURLToPath(new URL(`../../../../tools/clients/${path}`, import.meta.url))

interface Client {
  readonly title: string
  readonly parts: readonly RealPartName[]
  readonly use: (given: Given) => Promise<Seen>
  /** How it tells a refusal, where it does not tell all of it. */
  readonly tell?: (refusal: Refusal) => string
}

const CLIENTS: readonly Client[] = [
  {
    title: 'Python’s influxdb-client',
    parts: ['python-client'],
    use: (given) => runProgram(requirePart('python-client'), [tool('python/client.py')], given),
  },
  {
    title: 'Go’s influxdb-client-go',
    parts: ['go-client'],
    use: (given) => runProgram(requirePart('go-client'), [], given),
    tell: ({ code, message }) => `${code}: ${message}`,
  },
  { title: 'JavaScript’s @influxdata/influxdb-client-apis', parts: [], use: useJavaScript },
]

/** Runs a client's program, which reads what it is given and prints what it sees. */
function runProgram(program: string, args: readonly string[], given: Given): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: 60_000 })
    let [output, complaints] = ['', '']
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (complaints += chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`ended with ${code}: ${complaints}`))
    })
    child.stdin.end(JSON.stringify(given))
  })
}

for (const { title, parts, use, tell } of CLIENTS) {
  describeReal(`${title} on the sample and on a real InfluxDB 2`, ['influxdb2', ...parts], () => {
    let sample: SampleServer
    let onSample: Seen
    const given = { ...USER, org: 'fluxauth', bucket: 'weather' }
    beforeAll(async () => {
      sample = await startServer(USER)
      onSample = await see(use, { ...given, url: sample.origin, token: sample.credentials.token })
    }, 60_000)
    afterAll(() => sample?.stop())

    test.each([
      ['as it comes', false],
      ['that keeps hashes of tokens alone', true],
    ])(
      'sees the same on one %s, but for what is named here',
      async (_, hashedTokens) => {
        const real = await startInfluxdb2({ ...given, hashedTokens })
        try {
          const more = { name: 'air-quality', orgID: real.orgID }
          await caller(real.url, real.token)({ method: 'POST', path: '/api/v2/buckets', body: more })
          const expected = await see(use, { ...given, url: real.url, token: real.token })
          for (const [step, refusal] of Object.entries(OTHERWISE)) {
            if (!(step in expected)) continue
            expect(onSample[step], step).toEqual(tell?.(refusal) ?? refusal)
            expect(expected[step], step).not.toEqual(onSample[step])
            expected[step] = onSample[step]
          }
          expect(onSample).toEqual(expected)
        } finally {
          await real.stop()
        }
      },
      60_000,
    )
  })
}

/** What a client sees, without what each server makes up for itself, and whether a token is shown again, which depends on the server. */
async function see(use: Client['use'], given: Given): Promise<Seen> {
  const seen = comparable(await use(given), {}) as Seen
  return JSON.parse(JSON.stringify(seen).replaceAll(/"token":"(redacted)?"/g, '"token":"<token>"'))
}
