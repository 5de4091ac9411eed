// The password of a user of the v1-compatible endpoints: it is given, so that it is kept before the server has it.

import { products } from '@fluxauth/auth-core/influxdb'
import { readPassword } from '../../input/secret.ts'
import { UsageError, usage } from '../../output/errors.ts'
import type { DestinationOptions } from './destination.ts'

/**
 * Reads it, before anything is done at the server.
 *
 * @throws {UsageError} `ERR_USAGE`, `ERR_INPUT_EMPTY`, `ERR_PASSWORD_LENGTH`
 */
export async function readV1Password({ into, reveal, store }: DestinationOptions): Promise<string> {
  if (into !== undefined || reveal || store !== undefined) {
    throw usage('A v1 user has a password, which is given: leave out --into, --store and --reveal')
  }
  const password = await readPassword()
  const [least, most] = products.v2.password
  const length = Buffer.byteLength(password)
  if (length >= least && length <= most) return password
  throw new UsageError(
    'ERR_PASSWORD_LENGTH',
    `A password is ${least} to ${most} bytes long. Nothing was done`,
  )
}
