// API tokens: made with what they may do, shown once, switched off, replaced, and deleted after a question.

import { type FormEvent, useState } from 'react'
import { type Authorization, api, type Bucket, type Permission } from '../api.ts'
import { CopyButton } from '../copy-button.tsx'
import { useAsked } from '../use-asked.ts'

/** A value that was made just now: it is nowhere else to be had. */
interface Made {
  readonly description: string
  readonly token: string
}

export function Tokens() {
  const tokens = useAsked(api.authorizations)
  const [made, setMade] = useState<Made>()

  const create = async (
    description: string,
    permissions: readonly Permission[],
    orgID: string,
  ): Promise<void> => {
    const { token = '' } = await api.createAuthorization({ description, orgID, permissions })
    setMade({ description, token })
  }
  /** The successor first, with the same permissions; the old one is switched off, and can still be woken up. */
  const rotate = ({ id, description, orgID, permissions }: Authorization): Promise<boolean> =>
    tokens.after(async () => {
      await create(description, permissions, orgID)
      await api.setStatus(id, 'inactive')
    })

  return (
    <>
      <h1>API tokens</h1>
      {made && <NewToken made={made} done={() => setMade(undefined)} />}
      <CreateForm
        create={(description, permissions) =>
          tokens.after(async () => create(description, permissions, await api.orgID()))
        }
      />
      <p role="alert" className="error">
        {tokens.error}
      </p>
      <ul className="cards" aria-label="API tokens">
        {tokens.value?.map((token) => (
          <li key={token.id}>
            <TokenCard
              token={token}
              toggle={() =>
                tokens.after(() => api.setStatus(token.id, token.status === 'active' ? 'inactive' : 'active'))
              }
              rotate={() => rotate(token)}
              remove={() => tokens.after(() => api.deleteAuthorization(token.id))}
            />
          </li>
        ))}
      </ul>
    </>
  )
}

function NewToken({ made, done }: { readonly made: Made; readonly done: () => void }) {
  return (
    <section className="card notice" aria-label="New token" role="status">
      <h2>{made.description}</h2>
      <p>This is the only time that its value is shown.</p>
      <p>
        <code className="secret">{made.token}</code>
      </p>
      <p className="row">
        <CopyButton text={made.token} label="Copy the token" />
        <button type="button" className="quiet" onClick={done}>
          I have kept it
        </button>
      </p>
    </section>
  )
}

function CreateForm({
  create,
}: {
  readonly create: (description: string, permissions: readonly Permission[]) => Promise<boolean>
}) {
  const buckets = useAsked(api.buckets)
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    const data = new FormData(form)
    const bucket = buckets.value?.find(({ id }) => id === data.get('bucket'))
    const permissions = permissionsFor(String(data.get('action')), bucket, await api.orgID().catch(() => ''))
    if (await create(String(data.get('description')), permissions)) form.reset()
  }
  return (
    <form className="card" onSubmit={submit} aria-labelledby="create-title">
      <h2 id="create-title">Make a token</h2>
      <div className="row">
        <p className="field">
          <label htmlFor="description">What it is for</label>
          <input id="description" name="description" required maxLength={200} />
        </p>
        <p className="field">
          <label htmlFor="action">It may</label>
          <select id="action" name="action">
            <option value="read">read</option>
            <option value="write">write</option>
            <option value="both">read and write</option>
          </select>
        </p>
        <p className="field">
          <label htmlFor="of">the bucket</label>
          <select id="of" name="bucket">
            <option value="">all buckets</option>
            {buckets.value?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </p>
        <button type="submit">Make it</button>
      </div>
    </form>
  )
}

function permissionsFor(action: string, bucket: Bucket | undefined, orgID: string): readonly Permission[] {
  const actions = (['read', 'write'] as const).filter((each) => action === each || action === 'both')
  const resource = { type: 'buckets', orgID, ...(bucket && { id: bucket.id }) }
  return actions.map((each) => ({ action: each, resource }))
}

function TokenCard({
  token,
  toggle,
  rotate,
  remove,
}: {
  readonly token: Authorization
  readonly toggle: () => void
  readonly rotate: () => void
  readonly remove: () => void
}) {
  const [asks, setAsks] = useState(false)
  const { description, status, createdAt, permissions } = token
  return (
    <article className="card" aria-label={description || 'A token'}>
      <h2>
        {description || 'Without a description'} <span className={`badge ${status}`}>{status}</span>
      </h2>
      <p className="hint">
        {permissions.length} {permissions.length === 1 ? 'permission' : 'permissions'}, made{' '}
        {new Date(createdAt).toLocaleDateString()}
      </p>
      <p className="row">
        <button type="button" className="quiet" onClick={toggle}>
          {status === 'active' ? 'Deactivate' : 'Activate'}
        </button>
        <button type="button" className="quiet" onClick={rotate}>
          Rotate
        </button>
        {asks ? (
          <>
            <span>Whoever uses it is refused from then on.</span>
            <button type="button" className="danger" onClick={remove}>
              Delete it
            </button>
            <button type="button" className="quiet" onClick={() => setAsks(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" className="quiet" onClick={() => setAsks(true)}>
            Delete …
          </button>
        )}
      </p>
    </article>
  )
}
