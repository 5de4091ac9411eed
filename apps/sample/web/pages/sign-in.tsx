// Signing in with either scheme of the InfluxDB API: the forms are those of one element.

import type { BrowserAuthState } from '@fluxauth/auth-browser'
import { type Bucket, toInfluxError } from '@fluxauth/auth-core/influxdb'
import { useState } from 'react'
import { api } from '../api.ts'
import { auth, useAuthState } from '../auth.ts'
import { Problem } from '../problem.tsx'
import { SignInForm } from '../sign-in-form.tsx'
import { messageOf, useAsked, useLatest } from '../use-asked.ts'

export function SignIn() {
  const state = useAuthState()
  return (
    <>
      <h1>Sign in</h1>
      <p className="lead">
        InfluxDB’s API takes two schemes. <b>Basic</b>: user name and password, once, for a session in a
        cookie that no script reads. <b>Token</b>: an API token with every request. Sign in with one, and
        watch the Wire.
      </p>
      <SignInForm />
      <Examples />
      {state.status === 'signed-in' && <SignedIn key={state.who?.id} {...state} />}
    </>
  )
}

/** The two examples of InfluxDB's documentation, with an account of this server's that is there to be tried. */
function Examples() {
  const { status } = useAuthState()
  const example = useAsked(api.example).value
  if (!example || (status !== 'signed-out' && status !== 'expired')) return null
  const { username, token } = example
  return (
    <section className="card" aria-labelledby="examples">
      <h2 id="examples">The examples of InfluxDB’s documentation</h2>
      <p>Their credential is for whoever opens this page: it may use the buckets, and nothing else.</p>
      <ul className="plain">
        <li className="row">
          <span>
            <b>Basic</b>: e-mail address and API token, for <code>/api/v2/signin</code>
          </span>
          <button
            type="button"
            className="quiet"
            onClick={() => fillIn('basic', { username, password: token })}
          >
            Fill in Basic
          </button>
        </li>
        <li className="row">
          <span>
            <b>Token</b>: API token, for <code>GET /api/v2/buckets</code>
          </span>
          <button type="button" className="quiet" onClick={() => fillIn('token', { token })}>
            Fill in Token
          </button>
        </li>
      </ul>
    </section>
  )
}

/** As if it had been typed, so that the fields stay what password managers know; what is left to do is to press the button. */
function fillIn(scheme: 'basic' | 'token', values: Readonly<Record<string, string>>): void {
  const form = document.querySelector(`.fluxauth-${scheme}`)
  for (const [name, value] of Object.entries(values)) {
    const field = form?.querySelector<HTMLInputElement>(`input[name="${name}"]`)
    if (!field) continue
    field.value = value
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  form?.querySelector('button')?.focus()
}

function SignedIn({ who, scheme }: BrowserAuthState & { readonly status: 'signed-in' }) {
  const [error, setError] = useState<string>()
  const [buckets, setBuckets] = useState<string>()
  const begin = useLatest()
  const failed = (reason: unknown): void => setError(messageOf(reason))
  const list = async (): Promise<void> => {
    const isLast = begin()
    setError(undefined)
    setBuckets(undefined)
    try {
      const names = await listBuckets()
      if (isLast()) setBuckets(names)
    } catch (reason) {
      if (isLast()) failed(reason)
    }
  }
  return (
    <section className="card" aria-label="Signed in">
      <h2>{who ? `Signed in as ${who.name}` : 'Signed in'}</h2>
      <p>
        {scheme === 'token'
          ? 'The token is in this page’s memory, and goes with every request to this origin alone.'
          : 'The session is in a cookie that this page cannot read; the browser adds it by itself.'}
      </p>
      <p aria-live="polite">{buckets}</p>
      <Problem text={error} />
      <p className="row">
        <button type="button" className="quiet" onClick={list}>
          List the buckets
        </button>
        <button type="button" onClick={() => auth.signOut().catch(failed)}>
          Sign out
        </button>
      </p>
    </section>
  )
}

/** The documentation's own call. */
async function listBuckets(): Promise<string> {
  const response = await auth.fetch('/api/v2/buckets')
  if (!response.ok) throw toInfluxError(response.status, await response.text())
  const { buckets } = await response.json()
  const names = (buckets as readonly Bucket[]).map(({ name }) => name)
  return names.length > 0 ? `Buckets: ${names.join(', ')}` : 'There is no bucket that you may see.'
}
