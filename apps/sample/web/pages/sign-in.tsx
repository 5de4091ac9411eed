// Signing in with either scheme of the InfluxDB API: the forms are those of one element.

import { defineSignIn } from '@fluxauth/auth-browser/element'
import { type HTMLAttributes, useState } from 'react'
import { auth, useAuthState } from '../auth.ts'
import { messageOf } from '../use-asked.ts'

defineSignIn(auth)

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'fluxauth-sign-in': HTMLAttributes<HTMLElement> & { readonly class?: string }
    }
  }
}

export function SignIn() {
  return (
    <>
      <h1>Sign in</h1>
      <p className="lead">
        InfluxDB’s API takes two schemes. <b>Basic</b>: user name and password, once, for a session in a
        cookie that no script reads. <b>Token</b>: an API token with every request. Sign in with one, and
        watch the Wire.
      </p>
      <fluxauth-sign-in class="columns" />
      <SignedIn />
    </>
  )
}

function SignedIn() {
  const state = useAuthState()
  const [error, setError] = useState<string>()
  if (state.status !== 'signed-in') return null
  return (
    <section className="card" aria-label="Signed in">
      <h2>{state.who ? `Signed in as ${state.who.name}` : 'Signed in'}</h2>
      <p>
        {state.scheme === 'token'
          ? 'The token is in this page’s memory, and goes with every request to this origin alone.'
          : 'The session is in a cookie that this page cannot read; the browser adds it by itself.'}
      </p>
      <p role="alert" className="error">
        {error}
      </p>
      <button type="button" onClick={() => auth.signOut().catch((reason) => setError(messageOf(reason)))}>
        Sign out
      </button>
    </section>
  )
}
