// API tokens: made with what they may do, shown once, switched off, replaced, and deleted after a question.

import {
  type ApiToken,
  type Bucket,
  describePermissions,
  type InfluxPermission,
  type RotateOptions,
  type RotationError,
} from '@fluxauth/auth-core/influxdb'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { api } from '../api.ts'
import { useAuthState } from '../auth.ts'
import { CopyButton } from '../copy-button.tsx'
import { Loading } from '../loadable.tsx'
import { focus, Notice } from '../notice.tsx'
import { Problem } from '../problem.tsx'
import { UnfinishedRotation, useUnfinished } from '../unfinished-rotation.tsx'
import { useAsked } from '../use-asked.ts'

/** A value that was made just now: it is nowhere else to be had. */
interface Made {
  readonly description: string
  readonly token: string
  /** It is kept. */
  done(): void
  /** It is not wanted; the one that it was to replace stays. */
  undo?(): void
}

export function Tokens() {
  const state = useAuthState()
  const tokens = useAsked(api.authorizations)
  const [made, setMade] = useState<Made>()
  const [isRotating, setRotating] = useState(false)
  const [unfinished, setUnfinished] = useUnfinished(state.status === 'signed-in' ? state.who?.id : undefined)
  const undo = useRef<() => void>(undefined)
  useEffect(() => () => undo.current?.(), [])

  const create = async (description: string, permissions: readonly InfluxPermission[]): Promise<void> => {
    const { token = '' } = await api.createAuthorization({
      description,
      orgID: await api.orgID(),
      permissions,
    })
    setMade({ description, token, done: () => setMade(undefined) })
  }
  /** A step of a rotation; where it is cut off, what is left is kept. */
  const step = (description: string, run: () => Promise<unknown>): Promise<boolean> =>
    tokens.after(async () => {
      setRotating(true)
      try {
        await run()
        setUnfinished(undefined)
      } catch (error) {
        const { left, cause } = error as Partial<RotationError>
        if (left) setUnfinished(left.todo === 'nothing' ? undefined : { description, left })
        if (cause !== UNDONE) throw left?.todo === 'nothing' ? error : (cause ?? error)
      } finally {
        undo.current = undefined
        setMade(undefined)
        setRotating(false)
      }
    })
  /** Both are good until somebody says that the new one is kept, where programs find it. */
  const rotate = (description: string, from: Pick<RotateOptions, 'id' | 'resume'>): Promise<boolean> =>
    step(description, () => {
      const store: RotateOptions['store'] = (token, { id, replaces }) =>
        new Promise<void>((kept, refuse) => {
          // The page may be left at any moment.
          const leave = (todo: 'delete-successor' | 'delete-predecessor'): void =>
            setUnfinished({ description, left: { todo, id, replaces } })
          leave('delete-successor')
          undo.current = () => refuse(UNDONE)
          const done = (): void => {
            leave('delete-predecessor')
            kept()
          }
          setMade({ description, token, done, undo: undo.current })
        })
      return api.rotate({ ...from, store })
    })

  return (
    <>
      <h1>API tokens</h1>
      {made && <NewToken {...made} />}
      {unfinished && !isRotating && (
        <UnfinishedRotation
          {...unfinished}
          goOn={() => rotate(unfinished.description, { resume: unfinished.left })}
          end={() => step(unfinished.description, () => api.endRotation(unfinished.left))}
        />
      )}
      <CreateForm
        // What is shown is not to be lost: one new value after the other.
        isBusy={isRotating || made !== undefined}
        create={(description, permissions) => tokens.after(() => create(description, permissions))}
      />
      <Problem text={tokens.error} again={!tokens.value && tokens.again} />
      {!tokens.value && !tokens.error && <Loading />}
      {tokens.value?.length === 0 && <p className="hint">There is no token yet that you may see.</p>}
      <ul className="cards" aria-label="API tokens" tabIndex={-1}>
        {tokens.value?.map((token) => (
          <li key={token.id}>
            <TokenCard
              token={token}
              toggle={() =>
                tokens.after(() => api.setStatus(token.id, token.status === 'active' ? 'inactive' : 'active'))
              }
              isBusy={isRotating || made !== undefined || unfinished !== undefined}
              rotate={() => rotate(token.description, { id: token.id })}
              remove={() => tokens.after(() => api.deleteAuthorization(token.id))}
            />
          </li>
        ))}
      </ul>
    </>
  )
}

/** Why nothing is kept, where nothing went wrong. */
const UNDONE = new Error('It was not kept')

function NewToken({ description, token, done, undo }: Made) {
  return (
    <Notice label="New token">
      <h2>{description || 'A token'}</h2>
      <p>
        This is the only time that its value is shown.
        {undo && ' The one that it replaces is deleted once you have kept it.'}
      </p>
      <p>
        <code className="secret">{token}</code>
      </p>
      <p className="row">
        <CopyButton text={token} label="Copy the token" />
        <button type="button" className="quiet" onClick={done}>
          I have kept it
        </button>
        {undo && (
          <button type="button" className="quiet" onClick={undo}>
            Stay with the old one
          </button>
        )}
      </p>
    </Notice>
  )
}

function CreateForm({
  create,
  isBusy,
}: {
  readonly isBusy: boolean
  readonly create: (description: string, permissions: readonly InfluxPermission[]) => Promise<boolean>
}) {
  const buckets = useAsked(api.buckets)
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    // One at a time: of two, the value of the first would be seen by nobody.
    if (form.ariaBusy === 'true') return
    form.ariaBusy = 'true'
    try {
      const data = new FormData(form)
      const bucket = buckets.value?.find(({ id }) => id === data.get('bucket'))
      const orgID = await api.orgID().catch(() => '')
      const permissions = permissionsFor(String(data.get('action')), bucket, orgID)
      if (await create(String(data.get('description')), permissions)) form.reset()
    } finally {
      form.ariaBusy = 'false'
    }
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
            {buckets.value?.filter(isNarrowing).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </p>
        <button type="submit" disabled={isBusy}>
          Make it
        </button>
      </div>
    </form>
  )
}

/** Databases before an InfluxDB 1 or 3 are shown as buckets, and have no identifier by which a permission could name them. */
function isNarrowing({ id }: Bucket): boolean {
  return /^[\da-f]{16}$/.test(id)
}

function permissionsFor(
  action: string,
  bucket: Bucket | undefined,
  orgID: string,
): readonly InfluxPermission[] {
  const actions = (['read', 'write'] as const).filter((each) => action === each || action === 'both')
  const resource = { type: 'buckets', orgID, ...(bucket && { id: bucket.id }) }
  return actions.map((each) => ({ action: each, resource }))
}

function TokenCard({
  token,
  toggle,
  isBusy,
  rotate,
  remove,
}: {
  readonly token: ApiToken
  readonly toggle: () => void
  readonly isBusy: boolean
  readonly rotate: () => void
  readonly remove: () => Promise<unknown>
}) {
  /** Whether one is asked to delete it; `false` once one was, and is not any more. */
  const [asks, setAsks] = useState<boolean>()
  const [isGoing, setGoing] = useState(false)
  const { status, createdAt, permissions } = token
  const description = token.description.trim()
  return (
    <article className="card" aria-label={description || 'A token'}>
      <h2>
        {/* Of what is written from right to left the rest is not. */}
        <bdi>{description || 'Without a description'}</bdi>{' '}
        <span className={`badge ${status}`}>{status}</span>
      </h2>
      <p className="hint">
        Allows: {describePermissions(permissions).join('; ')}.
        {createdAt && ` Made on ${new Date(createdAt).toLocaleDateString()}.`}
      </p>
      {asks ? (
        <>
          <p>Whoever uses it is refused from then on.</p>
          <p className="row">
            <button
              type="button"
              className="danger"
              disabled={isGoing}
              onClick={async () => {
                // Pressed twice, it would be another button that is there by then.
                setGoing(true)
                await remove()
                setGoing(false)
                setAsks(undefined)
              }}
            >
              Delete it
            </button>
            <button type="button" className="quiet" ref={focus} onClick={() => setAsks(false)}>
              Keep it
            </button>
          </p>
        </>
      ) : (
        <p className="row">
          <button type="button" className="quiet" onClick={toggle}>
            {status === 'active' ? 'Deactivate' : 'Activate'}
          </button>
          {status === 'active' && (
            <button type="button" className="quiet" disabled={isBusy} onClick={rotate}>
              Rotate
            </button>
          )}
          <button
            type="button"
            className="quiet"
            ref={asks === false ? focus : undefined}
            onClick={() => setAsks(true)}
          >
            Delete …
          </button>
        </p>
      )}
    </article>
  )
}
