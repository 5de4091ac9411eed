// Sessions: where one is signed in, and how to end it there.

import { api } from '../api.ts'
import { Loading } from '../loadable.tsx'
import { Problem } from '../problem.tsx'
import { useAsked } from '../use-asked.ts'

export function Sessions() {
  const sessions = useAsked(api.sessions)
  return (
    <>
      <h1>Sessions</h1>
      <p className="lead">
        Each sign-in is one, on each device and in each browser. InfluxDB itself lists none: this server does.
      </p>
      <Problem text={sessions.error} again={!sessions.value && sessions.again} />
      {!sessions.value && !sessions.error && <Loading />}
      {sessions.value?.length === 0 && <p className="hint">There is none: you use a token.</p>}
      <ul className="cards" aria-label="Sessions" tabIndex={-1}>
        {sessions.value?.map(({ id, createdAt, expiresAt, isThis }) => (
          <li key={id} className="card">
            <h2>
              {isThis ? 'This one' : 'Elsewhere'} {isThis && <span className="badge active">here</span>}
            </h2>
            <p className="hint">
              Since {new Date(createdAt).toLocaleString()}; unless it is used it ends{' '}
              {new Date(expiresAt).toLocaleTimeString()}.
            </p>
            <button
              type="button"
              className="quiet"
              // At the second press of a double click it is the next one's that is there.
              onClick={({ detail }) => detail < 2 && sessions.after(() => api.revokeSession(id))}
            >
              End it
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
