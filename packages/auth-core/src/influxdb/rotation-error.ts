// Where a rotation stopped, and what is left to do.

import { AuthError } from '../errors.ts'

/** Why a rotation stopped. */
export type RotationErrorCode =
  /** Which authorization the credential is was not said, and cannot be told. */
  | 'ERR_ROTATION_ID'
  /** The token is inactive: a successor would bring back what somebody switched off. */
  | 'ERR_ROTATION_INACTIVE'
  /** The successor is not good, or is another user's. */
  | 'ERR_ROTATION_CHECK'
  /** A step failed: `step` says which, and `cause` why. */
  | 'ERR_ROTATION_STOPPED'

/** The steps of a rotation. */
export type RotationStep = 'find' | 'create' | 'activate' | 'check' | 'store' | 'delete'

/**
 * What a rotation left behind. It holds no secret and may be kept as JSON: `rotate` takes it as `resume`, also in another process.
 *
 * - `nothing`: no second token is there, and the old one is as it was.
 * - `find-successor`: the answer to its making was lost. If it was made it is inactive, nobody has it, and this is its `description`.
 * - `delete-successor`: it is there, and nobody has it.
 * - `delete-predecessor`: the successor is kept, and the old token is still good beside it.
 */
export type RotationLeft =
  | { readonly todo: 'nothing'; readonly replaces?: string }
  | { readonly todo: 'find-successor'; readonly replaces: string; readonly description: string }
  | { readonly todo: 'delete-successor'; readonly replaces: string; readonly id: string }
  | { readonly todo: 'delete-predecessor'; readonly replaces: string; readonly id: string }

const LEFT: Readonly<Record<RotationLeft['todo'], string>> = {
  nothing: 'Nothing is left to do: no second token is there',
  'find-successor': 'The successor may be there: resume with `left`',
  'delete-successor': 'The successor is there, and nobody has it: resume with `left`',
  'delete-predecessor': 'The successor is kept, and the old token is good: resume with `left`',
}

/** A rotation that stopped. */
export class RotationError extends AuthError<RotationErrorCode> {
  declare readonly step: RotationStep
  /** What is left to do: hand it to `rotate` as `resume`. */
  declare readonly left: RotationLeft

  constructor(
    code: RotationErrorCode,
    message: string | undefined,
    step: RotationStep,
    left: RotationLeft,
    cause?: unknown,
  ) {
    // What others throw, such as `store`, may hold a secret.
    const why = AuthError.is(cause) ? `: ${cause.message}` : ''
    super(
      code,
      `${message ?? `The rotation stopped at '${step}'`}${why}. ${LEFT[left.todo]}`,
      undefined,
      cause ? { cause } : {},
    )
    Object.assign(this, { step, left })
  }

  override get name(): string {
    return 'RotationError'
  }
}
