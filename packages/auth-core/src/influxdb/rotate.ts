// Replaces an API token by another: at no moment is there none, and where it stops it says what is left behind.

import { callback, oneOf, string as text } from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import { type ApiToken, authorizations } from './authorizations.ts'
import { checkToken } from './check-token.ts'
import type { InfluxError } from './errors.ts'
import { checkInput, id as identifier } from './input.ts'
import type { InfluxPermission, PermissionResource } from './permissions.ts'
import { RotationError, type RotationLeft, type RotationStep } from './rotation-error.ts'
import type { CallOptions, Influx } from './types.ts'

/** Options of {@link rotate}. */
export interface RotateOptions extends CallOptions {
  /**
   * The authorization to replace, as it was kept beside the token. Left out, it is found by comparing the credential with the values that
   * the server shows, in memory; where it shows none, as with hashed tokens, there is no way to tell.
   */
  readonly id?: string
  /**
   * Keeps the successor where programs will find it, and its `id` beside it, in one step if possible. The predecessor, `replaces`, is
   * deleted once this is done, and the successor where this throws: throw only where nothing was kept. It is waited for without end.
   */
  readonly store: (token: string, successor: { readonly id: string; readonly replaces: string }) => unknown
  /** What an earlier rotation left: it is done first. */
  readonly resume?: RotationLeft
}

/** Ends the description of a successor that nobody has yet. */
const MARK = /\[successor of [\w-]+, not in use: [\da-f]{16}\]$/

const LEFT_RULES = {
  todo: /* @__PURE__ */ oneOf('nothing', 'find-successor', 'delete-successor', 'delete-predecessor'),
  replaces: identifier,
  id: identifier,
  description: /* @__PURE__ */ text(MARK, 'what a rotation gave'),
}

/**
 * Replaces an API token: makes a successor of the same organization, user, permissions and description, checks it, hands it to `store`,
 * and deletes the old one. The successor is inactive until the answer to its making is there, so that none is left alive unknown.
 *
 * The credential has to read and write authorizations and its own user, and to hold all that the successor gets. `signal` ends it before
 * the next step; what was made by then is deleted all the same.
 *
 * @param influx with the token to replace, or with another credential that may do it
 * @param options `store`, the `id`, and where an earlier rotation stopped what it left
 * @returns the successor as it is in use: active, and described as its predecessor; its value is known where it was made in this call
 * @throws {RotationError} `ERR_ROTATION_ID`, `_INACTIVE`, `_CHECK` or `_STOPPED`; its `left` is for `resume`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authorizations, buckets, checkToken, influxApi, readBucket, rotate } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: process.env.INFLUX_TOKEN })
 * const [{ id: bucket, orgID }] = await buckets.list(influx, { name: 'weather' })
 * const made = await authorizations.create(influx, { orgID, permissions: [readBucket(bucket, orgID)] })
 *
 * // In the place of a file of your program's, in which both are kept and change together.
 * let kept = { id: made.id, token: made.token }
 * await rotate(influx, { id: kept.id, store: (token, { id }) => { kept = { id, token } } })
 * console.log(kept.id === made.id, (await checkToken(influx, made.token)).state) // false unknown
 */
export async function rotate(influx: Influx, options: RotateOptions): Promise<ApiToken> {
  const { signal, resume, ...input } = options
  checkInput<Pick<RotateOptions, 'id' | 'store'>>(input, { id: identifier, store: callback }, ['store'])
  const call = { signal }
  if (resume) await end(influx, resume, call, 'resume.')
  if (resume?.todo !== 'delete-predecessor') return replace(influx, options.id ?? resume?.replaces, options)
  const { id } = resume
  return attempt('find', { todo: 'nothing', replaces: id }, () => authorizations.get(influx, id, call))
}

/**
 * Does what a rotation left and no more, where nobody wants another successor: deletes the one that nobody has, or the predecessor of one that
 * is kept.
 *
 * @param left of a {@link RotationError}
 * @param options `signal`
 * @returns whether it is certain that nothing is left: `false` where the answer to a making was lost and no such successor is there
 * @throws {RotationError} `ERR_ROTATION_STOPPED`; `left` is the same again
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { endRotation, influxApi, type RotationLeft } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: process.env.INFLUX_TOKEN })
 *
 * // The `left` of an error, as it was kept before the program ended.
 * const left: RotationLeft = { todo: 'delete-successor', replaces: '0b501e7e557ab1ed', id: '0b501e7f1c7ab1ed' }
 * console.log(await endRotation(influx, left)) // true
 */
export function endRotation(influx: Influx, left: RotationLeft, options: CallOptions = {}): Promise<boolean> {
  return end(influx, left, options, 'left.')
}

async function end(influx: Influx, left: RotationLeft, call: CallOptions, name: string): Promise<boolean> {
  checkOptions<object>(left, LEFT_RULES, name)
  return attempt('delete', left, () => finish(influx, left, call))
}

/** Does what an earlier rotation left. Returns whether it is certain that nothing is left. */
async function finish(influx: Influx, left: RotationLeft, call: CallOptions): Promise<boolean> {
  if (left.todo === 'delete-successor') await remove(influx, left.id, call)
  if (left.todo === 'delete-predecessor') await remove(influx, left.replaces, call)
  if (left.todo !== 'find-successor') return true
  const all = await authorizations.list(influx, {}, call)
  // Its description has a number that no other has.
  const found = all.filter(({ description }) => description === left.description)
  for (const { id } of found) await remove(influx, id, call)
  return found.length > 0
}

async function replace(
  influx: Influx,
  given: string | undefined,
  { store, signal }: RotateOptions,
): Promise<ApiToken> {
  const call = { signal }
  const before = await attempt('find', { todo: 'nothing' }, () => find(influx, given, call))
  const { id: replaces, orgID, userID, permissions, description } = before
  const nothing: RotationLeft = { todo: 'nothing', replaces }
  if (before.status !== 'active') {
    throw new RotationError('ERR_ROTATION_INACTIVE', 'The token is inactive', 'find', nothing)
  }

  const mark = `${description} [successor of ${replaces}, not in use: ${nonce()}]`.trimStart()
  const made = await orLeave(
    influx,
    { todo: 'find-successor', replaces, description: mark },
    attempt('create', nothing, () => {
      const owner = userID === undefined ? {} : { userID }
      const successor = { orgID, description: mark, status: 'inactive', ...owner } as const
      return authorizations.create(influx, { ...successor, permissions: permissions.map(copy) }, call)
    }),
  )
  const { id, token = '' } = made
  const step = <T>(name: RotationStep, run: () => T | Promise<T>): Promise<T> =>
    orLeave(influx, { todo: 'delete-successor', replaces, id }, attempt(name, nothing, run))

  const active = { status: 'active', description } as const
  // What is returned is what is there from now on; its value was told at its making alone.
  Object.assign(made, await step('activate', () => authorizations.update(influx, id, active, call)))
  await step('check', async () => {
    const check = token ? await checkToken(influx, token, call) : undefined
    if (check?.state === 'good' && (check.user?.id ?? userID) === (userID ?? check.user?.id)) return
    throw new RotationError('ERR_ROTATION_CHECK', 'The successor is not good', 'check', nothing)
  })
  await step('store', () => {
    signal?.throwIfAborted()
    return store(token, { id, replaces })
  })
  await attempt('delete', { todo: 'delete-predecessor', replaces, id }, async () => {
    try {
      await remove(influx.as(token), replaces, call)
    } catch (error) {
      // It may not delete tokens; whoever made it may.
      if (!isRefusal(error)) throw error
      await remove(influx, replaces, call)
    }
  })
  return made
}

/** The authorization to replace: the one that was named, or the one whose value is the credential. Never another. */
async function find(influx: Influx, id: string | undefined, call: CallOptions): Promise<ApiToken> {
  if (id !== undefined) return authorizations.get(influx, id, call)
  const all = await authorizations.list(influx, {}, call)
  const own = all[await influx.whichIs(all.map(({ token }) => token))]
  if (own) return own
  throw new RotationError('ERR_ROTATION_ID', 'Give the id of the token: the server does not say it', 'find', {
    todo: 'nothing',
  })
}

/** A permission as it was listed. What is `null` there is as good as absent, and would not be taken. */
function copy({ action, resource }: InfluxPermission): InfluxPermission {
  const named = Object.entries(resource).filter(([, value]) => value !== null)
  return { action, resource: Object.fromEntries(named) as unknown as PermissionResource }
}

/** Deletes one that may be deleted already: the answer to an earlier request may have been lost. */
async function remove(influx: Influx, id: string, call: CallOptions): Promise<void> {
  try {
    await authorizations.delete(influx, id, call)
  } catch (error) {
    if ((error as InfluxError).reason !== 'not-found') throw error
  }
}

/** Waits for a step; where it fails, what it may have left is done, or told. */
async function orLeave<T>(influx: Influx, left: RotationLeft, step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    const { cause, code, step: name } = error as RotationError
    if (left.todo === 'find-successor' && isRefusal(cause)) throw error
    if (await finish(influx, left, {}).catch(() => false)) throw error
    throw new RotationError(code, undefined, name, left, cause)
  }
}

/** Whether the server said no, or was not asked: nothing was done. */
function isRefusal(error: unknown): boolean {
  const { code, reason } = Object(error) as Partial<InfluxError>
  return (code === 'ERR_INFLUX_REFUSED' && reason !== 'server') || /^ERR_OPTION/.test(`${code}`)
}

/** Does a step, and says where it failed. */
async function attempt<T>(step: RotationStep, left: RotationLeft, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw cause instanceof RotationError
      ? cause
      : new RotationError('ERR_ROTATION_STOPPED', undefined, step, left, cause)
  }
}

function nonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
