// A real InfluxDB 2, set up with a user, an organization, a bucket and an operator token.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { requirePart } from './parts.ts'
import { freePort, type RunningServer, startProgram, temporaryFolder } from './process.ts'

/** What a real InfluxDB 2 is started with. */
export interface Influxdb2Options {
  /** The first user; `admin` by default. */
  readonly username?: string
  /** The first user's password, 8 to 72 bytes; a random one by default. */
  readonly password?: string
  /** The first organization; `home` by default. */
  readonly org?: string
  /** The first bucket; `weather` by default. */
  readonly bucket?: string
  /** The operator token; one that the server makes up by default. */
  readonly token?: string
  /** Whether it keeps hashes of tokens alone (`--use-hashed-tokens`, since 2.8). */
  readonly hashedTokens?: boolean
  /** Whether passwords need three of four kinds of characters (`--strong-passwords`). */
  readonly strongPasswords?: boolean
  /** How long a session lasts, in minutes; 60 by default. */
  readonly sessionMinutes?: number
}

/** A real InfluxDB 2 that was started for a test. */
export interface RunningInfluxdb2 extends RunningServer {
  readonly username: string
  readonly password: string
  /** The operator token that set-up gave. */
  readonly token: string
  readonly org: string
  readonly orgID: string
  readonly bucket: string
  readonly bucketID: string
  readonly userID: string
  /** The operator token's authorization. */
  readonly authorizationID: string
}

interface Onboarding {
  readonly user: { readonly id: string }
  readonly org: { readonly id: string }
  readonly bucket: { readonly id: string }
  readonly auth: { readonly id: string; readonly token: string }
}

/**
 * Starts an InfluxDB 2 on a free loopback port in a folder of its own, and sets it up. It reports nothing to anybody.
 *
 * @param options what differs from a server as it comes
 * @returns the running server and what set-up made
 * @throws {Error} where this machine has none, with the way to get it; where it does not start or refuses to be set up
 * @see `describeReal`, whose example starts nginx in this way
 */
export async function startInfluxdb2(options: Influxdb2Options = {}): Promise<RunningInfluxdb2> {
  const { username = 'admin', org = 'home', bucket = 'weather', token } = options
  const password = options.password ?? `aA1-${randomBytes(12).toString('hex')}`
  const program = requirePart('influxdb2')
  const folder = await temporaryFolder('influxdb2')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const flags = [
    `--http-bind-address=127.0.0.1:${port}`,
    `--bolt-path=${join(folder, 'influxd.bolt')}`,
    `--sqlite-path=${join(folder, 'influxd.sqlite')}`,
    `--engine-path=${join(folder, 'engine')}`,
    '--reporting-disabled',
    '--log-level=error',
    `--session-length=${options.sessionMinutes ?? 60}`,
    ...(options.hashedTokens ? ['--use-hashed-tokens'] : []),
    ...(options.strongPasswords ? ['--strong-passwords'] : []),
  ]
  const server = await startProgram(program, flags, folder, url, async () => {
    return (await fetch(`${url}/api/v2/setup`)).status === 200
  })
  const response = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    body: JSON.stringify({ username, password, org, bucket, token }),
  })
  if (response.status === 201) {
    const made = (await response.json()) as Onboarding
    return {
      ...server,
      username,
      password,
      token: made.auth.token,
      org,
      orgID: made.org.id,
      bucket,
      bucketID: made.bucket.id,
      userID: made.user.id,
      authorizationID: made.auth.id,
    }
  }
  const answer = await response.text()
  await server.stop()
  throw new Error(`InfluxDB 2 was not set up: ${response.status} ${answer}`)
}
