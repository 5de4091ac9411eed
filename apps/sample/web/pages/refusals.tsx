// Refusals: requests that are wrong on purpose, what the server says of each, and what fluxauth reads in the header.

import { AuthError, parseAuthorization } from '@fluxauth/auth-core'
import { useState } from 'react'
import { recordingFetch } from '../wire/exchanges.ts'

/** All of these are made up, so that they may be shown. */
const WRONG = [
  { title: 'A token that nobody has', value: 'Token not-a-token==' },
  { title: 'The word in lower case', value: 'token not-a-token==' },
  { title: 'A word that there is not', value: 'Apikey not-a-token==' },
  { title: 'Two spaces after the word', value: 'Token  not-a-token==' },
  { title: 'The word alone', value: 'Token' },
  { title: 'Basic that is no base64', value: 'Basic dTpw!' },
  { title: 'Basic without a colon', value: 'Basic dXNlcg==' },
  { title: 'Basic where tokens alone are taken', value: 'Basic dTpw' },
  { title: 'Two credentials in one header', value: 'Basic dTpw, Token not-a-token==' },
] as const

const send = recordingFetch(fetch)

/** What came back. */
interface Answer {
  readonly status: number
  readonly said: string
}

export function Refusals() {
  const [answers, setAnswers] = useState<Readonly<Record<string, Answer>>>({})
  const ask = async (value: string): Promise<void> => {
    const headers = { authorization: value }
    const response = await send('/api/v2/buckets', { headers, credentials: 'omit', cache: 'no-store' })
    const { message = response.statusText } = await response.json().catch(() => ({}))
    setAnswers((before) => ({ ...before, [value]: { status: response.status, said: message } }))
  }
  return (
    <>
      <h1>Refusals</h1>
      <p className="lead">
        The server says little, so that nobody learns from it. The header itself says more.
      </p>
      <button type="button" onClick={() => void Promise.all(WRONG.map(({ value }) => ask(value)))}>
        Send them all
      </button>
      <ul className="cards" aria-label="Refusals">
        {WRONG.map(({ title, value }) => (
          <li key={value} className="card">
            <h2>{title}</h2>
            <p className="line">
              <code>Authorization: {value}</code>
            </p>
            <p>
              <b>fluxauth reads:</b> {readingOf(value)}
            </p>
            <p aria-live="polite">
              <b>The server says:</b>{' '}
              {answers[value] ? `${answers[value].status} ${answers[value].said}` : 'not asked yet'}
            </p>
            <button type="button" className="quiet" onClick={() => void ask(value)}>
              Send it
            </button>
          </li>
        ))}
      </ul>
    </>
  )
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
