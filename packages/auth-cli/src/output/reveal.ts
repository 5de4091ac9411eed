// Whether a credential may be printed at all.

import { UsageError } from './errors.ts'
import { isTerminal } from './streams.ts'

/** Option of what prints a credential. */
export interface RevealOptions {
  readonly reveal?: true
}

/**
 * Checks that standard output may have it.
 *
 * @param instead what else can be done, for people
 * @throws {UsageError} `ERR_REVEAL` on a terminal without `--reveal`, and wherever `FLUXAUTH_REVEAL` is `never`
 */
export function checkReveal({ reveal }: RevealOptions, instead: string): void {
  checkNever(instead)
  if (isTerminal(1) && !reveal) {
    throw new UsageError(
      'ERR_REVEAL',
      `A terminal would show it, and keep it in its scrollback: pipe it, say --reveal, or ${instead}`,
    )
  }
}

/**
 * Checks that anything may be printed.
 *
 * @throws {UsageError} `ERR_REVEAL` where `FLUXAUTH_REVEAL` is `never`
 */
export function checkNever(instead: string): void {
  if (process.env.FLUXAUTH_REVEAL !== 'never') return
  throw new UsageError('ERR_REVEAL', `FLUXAUTH_REVEAL is never, so that nothing is printed: ${instead}`)
}
