// `fluxauth header`: the whole header line, for a script that hands it to another program.

import { formatAuthorization } from '@fluxauth/auth-core'
import { Command } from '../arguments/command.ts'
import { printJson } from '../output/print.ts'
import type { RevealOptions } from '../output/reveal.ts'
import { writeOut } from '../output/streams.ts'
import { settings } from '../settings.ts'
import { findForScript, withScriptOptions } from './script/credential.ts'

export function headerCommand(): Command {
  return withScriptOptions(
    new Command('header').description(
      'Print the Authorization header line: curl and others read it, and no argument shows it.',
    ),
  )
    .addHelpText(`
Examples:
  $ fluxauth header | curl -H @- http://localhost:8086/api/v2/buckets
  $ fluxauth header http://localhost:8086/query | curl -H @- 'http://localhost:8086/query?q=SHOW+DATABASES'`)
    .action(async (url: string | undefined, options: RevealOptions) => {
      const found = await findForScript(url, options)
      // Loaded where it is needed: most have a token.
      if (found.credentials.scheme === 'basic')
        (await import('../profile/password.ts')).warnOfPassword(found, url)
      const value = formatAuthorization(found.credentials)
      if (settings().json) printJson({ header: 'Authorization', value })
      else writeOut(`Authorization: ${value}`)
    })
}
