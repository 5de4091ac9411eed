// A rotation that was cut off: what was done and what is left, for as long as this tab is open, also over a reload. No token is in it.

import type { RotationLeft } from '@fluxauth/auth-core/influxdb'
import { useMemo, useSyncExternalStore } from 'react'
import { Notice } from './notice.tsx'

interface Unfinished {
  /** The token's own. */
  readonly description: string
  readonly left: RotationLeft
}

const listeners = new Set<() => void>()

/**
 * Where a rotation of this user was cut off, and what keeps or forgets it.
 *
 * @param userID nobody else is asked to go on with it
 */
export function useUnfinished(
  userID: string | undefined,
): readonly [Unfinished | undefined, (next: Unfinished | undefined) => void] {
  const key = `rotation of ${userID ?? 'a token'}`
  const text = useSyncExternalStore(listen, () => sessionStorage.getItem(key))
  return useMemo(
    () => [
      read(text),
      (next) => {
        if (next) sessionStorage.setItem(key, JSON.stringify(next))
        else sessionStorage.removeItem(key)
        for (const listener of listeners) listener()
      },
    ],
    [key, text],
  )
}

/** What was written there; `undefined` for all else that may be, since every script of this origin writes to the same storage. */
function read(text: string | null): Unfinished | undefined {
  try {
    const { description, left } = JSON.parse(text ?? '')
    const { todo, replaces } = left
    const whose = todo === 'find-successor' ? left.description : left.id
    const isOne = Object.hasOwn(LEFT, todo) && `${typeof description} ${typeof replaces} ${typeof whose}`
    return isOne === 'string string string' ? { description, left } : undefined
  } catch {
    return undefined
  }
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What was done, and what is left to do. */
const LEFT: Readonly<Record<Exclude<RotationLeft['todo'], 'nothing'>, string>> = {
  'find-successor':
    'The old token is good as before. Whether its successor was made is not known: if so it is switched off, and nobody has its value.',
  'delete-successor':
    'The old token is good as before. Its successor was made, and is kept nowhere: it is to be deleted.',
  'delete-predecessor': 'The new token is good, and you have kept it. The old one is still to be deleted.',
}

export function UnfinishedRotation({
  description,
  left: { todo },
  goOn,
  end,
}: Unfinished & { readonly goOn: () => void; readonly end: () => void }) {
  if (todo === 'nothing') return null
  const isKept = todo === 'delete-predecessor'
  return (
    <Notice label="Unfinished rotation">
      <h2>{description || 'A token'}: not all of the rotation is done</h2>
      <p>{LEFT[todo]}</p>
      <p className="row">
        {!isKept && (
          <button type="button" onClick={goOn}>
            Make another
          </button>
        )}
        <button type="button" className="quiet" onClick={end}>
          {isKept ? 'Delete the old one' : 'Stay with the old one'}
        </button>
      </p>
    </Notice>
  )
}
