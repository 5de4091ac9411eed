// Signing in with either scheme of the InfluxDB API.

import { type FormEvent, useRef, useState } from 'react'
import { auth, useAuthState } from '../auth.ts'
import { messageOf } from '../use-asked.ts'

export function SignIn() {
  const state = useAuthState()
  return (
    <>
      <h1>Sign in</h1>
      <p className="lead">InfluxDB’s API takes two schemes. Sign in with one, and watch the Wire.</p>
      {state.status === 'signed-in' ? <SignedIn /> : state.status !== 'unknown' && <Forms />}
    </>
  )
}

function Forms() {
  const state = useAuthState()
  return (
    <>
      {state.status === 'expired' && <p role="alert">Your session has ended. Sign in to go on.</p>}
      <div className="columns">
        <SchemeForm
          title="Basic"
          about="User name and password, once: the server answers with a cookie that no script can read."
          fields={[
            { name: 'username', label: 'User name', type: 'text', autoComplete: 'username' },
            { name: 'password', label: 'Password', type: 'password', autoComplete: 'current-password' },
          ]}
          button="Sign in"
          signIn={({ username = '', password = '' }) => auth.signIn({ username, password })}
        />
        <SchemeForm
          title="Token"
          about="An API token with every request. It lies in this page’s memory until the page is left."
          fields={[{ name: 'token', label: 'API token', type: 'password', autoComplete: 'off' }]}
          button="Use token"
          signIn={({ token = '' }) => auth.signIn({ token: token.trim() })}
        />
      </div>
    </>
  )
}

interface Field {
  readonly name: 'username' | 'password' | 'token'
  readonly label: string
  readonly type: 'text' | 'password'
  readonly autoComplete: string
}

function SchemeForm({
  title,
  about,
  fields,
  button,
  signIn,
}: {
  readonly title: string
  readonly about: string
  readonly fields: readonly Field[]
  readonly button: string
  readonly signIn: (values: Partial<Record<Field['name'], string>>) => Promise<void>
}) {
  const form = useRef<HTMLFormElement>(null)
  const [error, setError] = useState<string>()
  const isBusy = useAuthState().status === 'signing-in'
  const id = `form-${title.toLowerCase()}`

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setError(undefined)
    const data = new FormData(form.current ?? undefined)
    const empty = fields.find(({ name }) => !data.get(name))
    if (empty) return complain(empty.name, `${empty.label} is empty`)
    try {
      await signIn(Object.fromEntries(fields.map(({ name }) => [name, String(data.get(name))])))
    } catch (reason) {
      // The name stays: what was wrong is the secret, most likely.
      complain(fields.at(-1)?.name ?? 'token', messageOf(reason))
    }
  }
  const complain = (name: string, message: string): void => {
    setError(message)
    const field = form.current?.elements.namedItem(name)
    if (field instanceof HTMLInputElement) {
      field.focus()
      field.select()
    }
  }

  return (
    <form
      ref={form}
      id={id}
      className="card"
      onSubmit={submit}
      noValidate
      aria-labelledby={`${id}-title`}
      aria-busy={isBusy}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <p>{about}</p>
      {fields.map(({ name, label, type, autoComplete }) => (
        <p key={name} className="field">
          <label htmlFor={`${id}-${name}`}>{label}</label>
          <input
            id={`${id}-${name}`}
            name={name}
            type={type}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            aria-describedby={`${id}-error`}
            aria-invalid={error !== undefined}
          />
        </p>
      ))}
      <p id={`${id}-error`} role="alert" className="error">
        {error}
      </p>
      <button type="submit" disabled={isBusy}>
        {button}
      </button>
    </form>
  )
}

function SignedIn() {
  const state = useAuthState()
  const [error, setError] = useState<string>()
  if (state.status !== 'signed-in') return null
  const isToken = state.scheme === 'token'
  return (
    <section className="card" aria-label="Signed in">
      <h2>{state.who ? `Signed in as ${state.who.name}` : 'Signed in'}</h2>
      <p>
        {isToken
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
