// The credentials of the client suite, and where they must not show.

import { type Credentials, formatAuthorization } from '@fluxauth/auth-core'
import { expect } from 'vitest'
import { findLeaks, type Secrets } from '../leaks.ts'
import type { Visit } from './network.ts'

export const TOKEN = 's3cret-token-of-the-suite=='
export const NEXT_TOKEN = 'n3xt-token-of-the-suite=='
export const SCHEMES: readonly Credentials[] = [
  { scheme: 'token', token: TOKEN },
  { scheme: 'basic', username: 'zoë', password: 'p:ä ß€ h1dden' },
  { scheme: 'bearer', token: `apiv3_${TOKEN}` },
]

/** What no answer, error or event may show, by what it is called in a message. */
export const SECRETS: Secrets = {
  // Without the padding, which has another form in a URL.
  'the token': TOKEN.replaceAll('=', ''),
  'the next token': NEXT_TOKEN.replaceAll('=', ''),
  'the password': 'h1dden',
  ...Object.fromEntries(
    SCHEMES.map((credentials) => [
      `the value for the scheme ${credentials.scheme}`,
      formatAuthorization(credentials).split(' ')[1] ?? '',
    ]),
  ),
}

/** Fails for every place at which a credential shows, and lets the test go on: what comes later may show it as well. */
export function showsNoSecret(value: unknown, name: string, of: string): void {
  const places = findLeaks(value, name, SECRETS)
  if (places.length === 0) return
  const where = `${of}: whoever prints the ${name} sees\n${places.map((place) => `  ${place}`).join('\n')}`
  expect
    .soft(
      places,
      `${where}\nNone may show: leave it out, or give what holds it an inspect.custom and a toJSON.`,
    )
    .toEqual([])
}

/** Fails for a credential that a request carries anywhere but in its `Authorization`: there proxies, logs and servers do not look after it. */
export function showsNoSecretElsewhere({ method, origin, path, body, headers }: Visit): void {
  const { authorization: _, ...others } = headers
  const places = findLeaks({ path, headers: others, body }, 'request', SECRETS)
  if (places.length === 0) return
  const where = places.map((place) => `  ${place}`).join('\n')
  expect
    .soft(places, `${method} ${origin} carries a credential beside its Authorization:\n${where}`)
    .toEqual([])
}
