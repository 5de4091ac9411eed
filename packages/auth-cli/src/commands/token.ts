// `fluxauth token`: the API token alone, for a script that has a place for it.

import { Command } from '../arguments/command.ts'
import { NoCredentialError } from '../output/errors.ts'
import { printJson } from '../output/print.ts'
import type { RevealOptions } from '../output/reveal.ts'
import { toType } from '../output/shell.ts'
import { writeOut } from '../output/streams.ts'
import { settings } from '../settings.ts'
import { findForScript, withScriptOptions } from './script/credential.ts'

export function tokenCommand(): Command {
  return withScriptOptions(new Command('token').description('Print the API token, and nothing else.'))
    .addHelpText(`
Examples:
  $ INFLUX_TOKEN=$(fluxauth token) ./report.sh     # fluxauth exec -- ./report.sh does the same
  $ fluxauth token --profile cloud > token.txt`)
    .action(async (url: string | undefined, options: RevealOptions) => {
      const { credentials, source } = await findForScript(url, options)
      if (credentials.scheme === 'basic') {
        throw new NoCredentialError(
          `${source} is a user name and password, and no token: use ${toType('header')}, or log in with --create-token`,
        )
      }
      const { scheme, token } = credentials
      if (settings().json) printJson({ scheme, token })
      else writeOut(token)
    })
}
