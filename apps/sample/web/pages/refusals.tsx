// Refusals: requests that are wrong on purpose, what the server says of each, and what fluxauth makes of it.

import { type BrowserAuth, createBrowserAuth } from '@fluxauth/auth-browser'
import { memoryVault } from '@fluxauth/auth-browser/memory'
import { AuthError, parseAuthorization } from '@fluxauth/auth-core'
import { useState } from 'react'
import { Link } from 'wouter'
import { api } from '../api.ts'
import { useAuthState } from '../auth.ts'
import { messageOf, useAsked, useLatest } from '../use-asked.ts'
import { recordingFetch } from '../wire/exchanges.ts'

/** What was said of a request, and by whom. */
type Answers = readonly (readonly [who: string, said: string])[]

/** A request that is refused. */
interface Refusal {
  readonly title: string
  readonly line: string
  /** What there is to say before it is sent. */
  readonly known: Answers
  /** Sends it; left out where somebody has to be signed in first. */
  readonly send?: () => Promise<Answers>
}

/** All of these are made up, so that they may be shown. */
const WRONG = [
  ['A token that nobody has', 'Token not-a-token=='],
  ['The word in lower case', 'token not-a-token=='],
  ['A word that there is not', 'Apikey not-a-token=='],
  ['Two spaces after the word', 'Token  not-a-token=='],
  ['The word alone', 'Token'],
  ['Basic that is no base64', 'Basic dTpw!'],
  ['Basic without a colon', 'Basic dXNlcg=='],
  ['Basic where tokens alone are taken', 'Basic dTpw'],
  ['Two credentials in one header', 'Basic dTpw, Token not-a-token=='],
] as const

const send = recordingFetch(fetch)
/** In milliseconds: how long a 401 may take to be confirmed. */
const PATIENCE = 5000

const HEADERS: readonly Refusal[] = WRONG.map(([title, value]) => ({
  title,
  line: `Authorization: ${value}`,
  known: [['fluxauth reads', readingOf(value)]],
  async send() {
    const headers = { authorization: value }
    return [await saidBy(await send('/api/v2/buckets', { headers, credentials: 'omit', cache: 'no-store' }))]
  },
}))

export function Refusals() {
  const elsewhere = useAsked(api.elsewhere)
  const state = useAuthState()
  const [answers, setAnswers] = useState<Readonly<Record<string, Answers>>>({})
  const isIn = state.status === 'signed-in'
  const userID = isIn ? state.who?.id : undefined
  const refusals: readonly Refusal[] = [
    ...HEADERS,
    {
      title: 'A token that was good until now',
      line: 'Authorization: Token [made for this, and deleted]',
      known: [],
      ...(userID !== undefined && { send: () => expire(userID) }),
    },
    ...(elsewhere.value ? [toOtherOrigin(elsewhere.value.origin)] : []),
  ]
  const begin = useLatest()
  const ask = async ({ title, send }: Refusal): Promise<void> => {
    const isLast = begin(title)
    const came = await send?.().catch((error): Answers => [['That did not work', messageOf(error)]])
    if (came && isLast()) setAnswers((before) => ({ ...before, [title]: came }))
  }
  return (
    <>
      <h1>Refusals</h1>
      <p className="lead">
        The server says little, so that nobody learns from it. The header itself says more.
      </p>
      <button type="button" onClick={() => void Promise.all(refusals.map(ask))}>
        Send them all
      </button>
      <ul className="cards" aria-label="Refusals">
        {refusals.map((refusal) => (
          <li key={refusal.title} className="card">
            <h2>{refusal.title}</h2>
            <p className="line">
              <code>{refusal.line}</code>
            </p>
            <Said answers={refusal.known} />
            <div aria-live="polite">
              <Said answers={answers[refusal.title] ?? [['The server says', 'not asked yet']]} />
            </div>
            {refusal.send ? (
              <button type="button" className="quiet" onClick={() => void ask(refusal)}>
                Send it
              </button>
            ) : (
              <p className="hint">
                {isIn ? (
                  'This needs a token that may say whose it is: yours may not.'
                ) : (
                  <>
                    This needs somebody who is signed in. <Link href="/">Sign in</Link>
                  </>
                )}
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function Said({ answers }: { readonly answers: Answers }) {
  return answers.map(([who, said]) => (
    <p key={who}>
      <b>{who}:</b> {said}
    </p>
  ))
}

/** Signs in with a token, on this page alone; then the token is deleted, as somebody else could do it, and is used again. */
async function expire(userID: string): Promise<Answers> {
  const orgID = await api.orgID()
  const { id, token = '' } = await api.createAuthorization({
    description: 'To be refused',
    orgID,
    permissions: [
      { action: 'read', resource: { type: 'buckets', orgID } },
      { action: 'read', resource: { type: 'users', id: userID } },
    ],
  })
  const own = createBrowserAuth({ vault: memoryVault(), fetch: send })
  const states: string[] = []
  const expired = new Promise<void>((resolve) => {
    own.subscribe(({ status }) => {
      states.push(status)
      if (status === 'expired') resolve()
    })
    // Where nobody says who one is, it stays as it is.
    setTimeout(resolve, PATIENCE)
  })
  try {
    await own.signIn({ token }).finally(() => api.deleteAuthorization(id))
    const said = await saidBy(await own.fetch('/api/v2/buckets'))
    // A 401 alone may be a missing permission: it is asked for who one is.
    await expired
    return [said, ['fluxauth makes of it', `${states.join(' → ')}; what is on the page may stay.`]]
  } finally {
    own.dispose()
  }
}

/** The same call to another port of this machine, which is another origin: it lets no page of elsewhere in. */
function toOtherOrigin(origin: string): Refusal {
  return {
    title: 'Another origin',
    line: `${origin}\nAuthorization: Token not-a-token==`,
    known: [],
    async send() {
      const before = (await api.elsewhere())?.visits ?? []
      const own = createBrowserAuth({ origin, vault: memoryVault(), fetch: send })
      const error = await reasonOf(own)
      const last = before.at(-1)?.number ?? 0
      const visits = (await api.elsewhere())?.visits ?? []
      const came = visits.filter(({ number }) => number > last)
      const carried = came.flatMap((visit) => visit.carried)
      return [
        ['The browser says', String(error.cause)],
        ['fluxauth makes of it', `${error.message} (${error.code})`],
        [
          'There arrived',
          came.length === 0
            ? 'nothing.'
            : `${came.map(({ method, path }) => `${method} ${path}`).join(', ')}; with ${carried.join(', ') || 'no Authorization and no cookie'}.`,
        ],
      ]
    },
  }
}

/** Why a token is not taken. */
async function reasonOf(own: BrowserAuth): Promise<AuthError> {
  try {
    await own.signIn({ token: 'not-a-token==' })
  } catch (error) {
    if (error instanceof AuthError) return error
    throw error
  } finally {
    own.dispose()
  }
  throw new Error('It was let in')
}

async function saidBy(response: Response): Promise<readonly [who: string, said: string]> {
  const { message = response.statusText } = await response.json().catch(() => ({}))
  return ['The server says', `${response.status} ${message}`]
}

function readingOf(value: string): string {
  try {
    const { scheme } = parseAuthorization(value)
    return `a well-formed ${scheme} credential, which the server alone can judge.`
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return `${error.message} (${error.code}${error.position === undefined ? '' : `, at character ${error.position + 1}`})`
  }
}
