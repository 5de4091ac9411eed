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
      const found = await findForScript(url, options)
      const { credentials, source, product } = found
      if (credentials.scheme === 'basic') {
        const { signsInAlone, toKeepToken } = await import('../profile/password.ts')
        const instead = signsInAlone(found)
          ? `have one kept, with ${toKeepToken(found)}`
          : `use ${toType('header')}${product === 'v1' ? '' : `, or at InfluxDB 2 have one kept, with ${toKeepToken(found)}`}`
        throw new NoCredentialError(`${source} is a user name and password, and no token: ${instead}`)
      }
      const { scheme, token } = credentials
      if (settings().json) printJson({ scheme, token })
      else writeOut(token)
    })
}
