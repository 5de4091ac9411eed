// What is wrong, and what to type: the first one ends the walk.

import { EXIT } from '../../output/errors.ts'

/** The first thing that is wrong. */
export class Finding extends Error {
  readonly code: string
  /** What to do, or to type. */
  readonly fix: string
  readonly exitCode: number

  constructor(code: string, message: string, fix: string, exitCode: number = EXIT.refused) {
    super(message)
    this.code = code
    this.fix = fix
    this.exitCode = exitCode
  }
}

/** What was found in order. */
export interface Step {
  readonly name: string
  readonly says: string
}
