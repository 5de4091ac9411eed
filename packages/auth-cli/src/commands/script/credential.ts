// The credential for a script, and whether it may be shown at all.

import type { Command } from '../../arguments/command.ts'
import { readAddress } from '../../input/address.ts'
import { checkReveal, type RevealOptions } from '../../output/reveal.ts'
import { warn } from '../../output/warn.ts'
import { type FoundCredential, fromEnvironment } from '../../profile/from-environment.ts'
import { settings } from '../../settings.ts'

export function withScriptOptions(command: Command): Command {
  return command
    .argument('[url]', 'the address that it will be sent to: a credential for another server is not printed')
    .option('--reveal', 'print it on a terminal, too')
}

/**
 * Finds the credential, if it may be printed.
 *
 * @throws {UsageError} `ERR_REVEAL` on a terminal without `--reveal`, and wherever `FLUXAUTH_REVEAL` is `never`
 * @throws {NoCredentialError} `ERR_NO_CREDENTIAL`
 */
export async function findForScript(
  url: string | undefined,
  options: RevealOptions,
): Promise<FoundCredential> {
  checkReveal(options, 'use fluxauth exec or fluxauth request')
  const found = await findAlone(url === undefined ? undefined : readAddress(url).origin)
  if (found.profile?.known?.isOperator) {
    warn('This is an operator token: it may do everything in every organization')
  }
  return found
}

/** Where the environment has it, no profile is read. */
async function findAlone(origin: string | undefined): Promise<FoundCredential> {
  if (settings().profile === undefined) {
    const found = await fromEnvironment(origin, undefined)
    if (typeof found !== 'string') return found
  }
  const { findCredential } = await import('../../profile/find-credential.ts')
  return findCredential(origin)
}
