// The credential for a script, and whether it may be shown at all.

import type { Command } from 'commander'
import { UsageError, usage } from '../../output/errors.ts'
import { isTerminal } from '../../output/streams.ts'
import { warn } from '../../output/warn.ts'
import { type FoundCredential, findCredentialAlone } from '../../profile/find-credential.ts'

/** Options of what prints a credential. */
export interface ScriptOptions {
  readonly reveal?: true
}

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
  { reveal }: ScriptOptions,
): Promise<FoundCredential> {
  if (process.env.FLUXAUTH_REVEAL === 'never') {
    throw new UsageError(
      'ERR_REVEAL',
      'FLUXAUTH_REVEAL is never, so that no credential is printed: use fluxauth exec or fluxauth request',
    )
  }
  if (isTerminal(1) && !reveal) {
    throw new UsageError(
      'ERR_REVEAL',
      'A terminal would show it, and keep it in its scrollback: pipe it to where it is needed, or say --reveal',
    )
  }
  const found = await findCredentialAlone(originOf(url))
  if (found.profile?.known?.isOperator) {
    warn('This is an operator token: it may do everything in every organization')
  }
  return found
}

function originOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw usage('That is no address: write it with its http:// or https://')
  }
  return new URL(url).origin
}
