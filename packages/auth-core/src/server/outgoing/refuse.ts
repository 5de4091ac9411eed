// Makes refusals in a product's manner.

import { formatChallenge } from '../../challenge.ts'
import type { AcceptedSchemes } from '../../influxdb/products.ts'
import type { ProductProfile } from '../incoming/profiles.ts'
import { isFromScript, type ServerRequest } from '../incoming/request.ts'
import type { Refusal, RefusalReason } from './refusal.ts'

/** When a 401 says `WWW-Authenticate`. */
export type ChallengeMode = 'auto' | 'always' | 'never'

/**
 * Makes what makes refusals. All but those with a `Retry-After` are made once.
 *
 * @param request needed for a 401, which asks scripts for nothing
 * @param seconds to wait, for `Retry-After`
 */
export function createRefusals(
  profile: ProductProfile,
  schemes: AcceptedSchemes,
  mode: ChallengeMode,
): (reason: RefusalReason, request?: ServerRequest, seconds?: number) => Refusal {
  const challenge = mode === 'always' ? (profile.challenge ?? challenges(schemes)) : profile.challenge
  const made = new Map<string, Refusal>()
  return (reason, request, seconds) => {
    const { status } = profile.refusals[reason]
    const asks =
      status === 401 &&
      challenge &&
      mode !== 'never' &&
      (mode === 'always' || !(request && isFromScript(request)))
    const key = `${reason} ${Boolean(asks)}`
    const refusal = made.get(key) ?? write(profile, reason, asks ? challenge : undefined)
    made.set(key, refusal)
    if (seconds === undefined) return refusal
    return { ...refusal, headers: { ...refusal.headers, 'retry-after': String(seconds) } }
  }
}

/** InfluxDB v2's words for statuses. */
const CODES: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'forbidden',
  429: 'too many requests',
  500: 'internal error',
  503: 'unavailable',
}

function write(profile: ProductProfile, reason: RefusalReason, challenge: string | undefined): Refusal {
  const { status, message } = profile.refusals[reason]
  const code = profile.errors === 'code-message' ? CODES[status] : undefined
  const body = message && JSON.stringify(code ? { code, message } : { error: message })
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (body) headers['content-type'] = 'application/json; charset=utf-8'
  if (code) headers['x-platform-error-code'] = code
  if (challenge) headers['www-authenticate'] = challenge
  if (status === 503) headers['retry-after'] = '1'
  return Object.freeze({ status, headers: Object.freeze(headers), body, reason })
}

/** One challenge for each scheme that is accepted. */
function challenges({ basic, token, bearer }: AcceptedSchemes): string {
  const params = { realm: 'InfluxDB' }
  return [
    basic && formatChallenge({ scheme: 'basic', params: { ...params, charset: 'UTF-8' } }),
    token && formatChallenge({ scheme: 'token', params }),
    bearer && formatChallenge({ scheme: 'bearer', params }),
  ]
    .filter(Boolean)
    .join(', ')
}
