// Challenges: who is asked for a password, and who is not.

import type { VerifierOptions } from '@fluxauth/auth-core/server'
import type { ExpectedAnswer, ServerScenario } from './scenario.ts'

const v2 = { product: 'v2' } as const
const v1 = { product: 'v1' } as const

const withChallenge = (challenge: string | null): ExpectedAnswer => ({
  status: 401,
  headers: { 'www-authenticate': challenge },
})
const v1Challenge = withChallenge('Basic realm="InfluxDB"')
const challengeRows: readonly [
  title: string,
  verifier: Partial<VerifierOptions>,
  mode: string | undefined,
  answer: ExpectedAnswer,
][] = [
  ['to a program', v1, undefined, v1Challenge],
  ['to a person who opens the page', v1, 'navigate', v1Challenge],
  ['never to a script', v1, 'cors', withChallenge(null)],
  ['nor to a script of the same origin', v1, 'same-origin', withChallenge(null)],
  ['to a script where that is wanted', { ...v1, challenge: 'always' }, 'cors', v1Challenge],
  ['to nobody where that is wanted', { ...v1, challenge: 'never' }, undefined, withChallenge(null)],
  [
    'for each scheme that is taken, where the product has none',
    { ...v2, schemes: { basic: 'token' }, challenge: 'always' },
    undefined,
    withChallenge('Basic realm="InfluxDB", charset="UTF-8", Token realm="InfluxDB", Bearer realm="InfluxDB"'),
  ],
]
export const challengeRequests: ServerScenario[] = challengeRows.map(([title, verifier, mode, answer]) => ({
  title: `challenges: ${title}`,
  verifier,
  headers: mode ? { 'sec-fetch-mode': mode } : {},
  answer,
}))

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
/** Without TLS, browsers say nothing of what a request is for. */
export const plainChallengeRequests: ServerScenario[] = (
  [
    ['to a person who opens the page without TLS', { accept: 'text/html,*/*;q=0.8' }, v1Challenge],
    ['to a program that calls itself a browser', {}, v1Challenge],
    ['to a program that is no browser', { 'user-agent': 'curl/8.14.1', accept: '*/*' }, v1Challenge],
    ['never to a script without TLS', { accept: '*/*' }, withChallenge(null)],
    [
      'nor where it says that it is one',
      { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' },
      withChallenge(null),
    ],
  ] as const
).map(([title, headers, answer]) => ({
  title: `challenges: ${title}`,
  verifier: v1,
  headers: { 'user-agent': BROWSER, ...headers },
  answer,
}))
