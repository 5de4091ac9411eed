// Instead of keeping a password: an API token that may no more than it has to.

import { buckets, type Influx } from '@fluxauth/auth-core/influxdb'
import { askUntil, canAsk, choose, confirm } from '../../input/ask.ts'
import { usage } from '../../output/errors.ts'
import { byAnother } from '../../output/shell.ts'
import { bucketsOf, type MadeToken, makeToken, type NewTokenOptions, readExpiry } from '../new-token.ts'

/** Whether one is made, and what it is to be. */
export interface TokenInsteadOptions extends NewTokenOptions {
  readonly createToken?: true
  readonly keepPassword?: true
}

/** For whoever may: no profile was made. */
const LIST = byAnother('tokens list')

/** Makes a token if that is wanted; `undefined` where the password is to be kept. */
export async function createTokenInstead(
  influx: Influx,
  options: TokenInsteadOptions,
): Promise<MadeToken | undefined> {
  if (options.keepPassword) return undefined
  if (!options.createToken && canAsk()) {
    const wants = await confirm('Make an API token, and keep that instead of the password?', {
      byDefault: true,
    })
    if (!wants) return undefined
    return makeToken(influx, await askWhat(influx, options), LIST)
  }
  if (!options.createToken) {
    throw usage(
      'Say --create-token, for an API token to be made and kept instead of the password, or --keep-password',
    )
  }
  return makeToken(influx, options, LIST)
}

async function askWhat(influx: Influx, options: NewTokenOptions): Promise<NewTokenOptions> {
  const { bucket = [] } = options
  const permissions = await choose('What may it do', [
    ['all', 'everything in the organization'],
    ['read', 'read buckets'],
    ['write', 'write to buckets'],
    ['read-write', 'read and write buckets'],
  ])
  const names =
    permissions === 'all' || bucket.length > 0
      ? bucket
      : await askUntil('Which buckets, with commas between (none: all)', async (answer) => {
          const named = answer
            .split(',')
            .map((name) => name.trim())
            .filter(Boolean)
          if (named.length > 0) bucketsOf(named, await buckets.list(influx))
          return named
        })
  const expires =
    options.expires ??
    (await askUntil('To be replaced in how many days (none: never)', (answer) => {
      readExpiry(answer)
      return answer
    }))
  return { ...options, permissions, bucket: names, ...(expires && { expires }) }
}
