// The commands of `fluxauth` and what its help says of all of them.

import { createRequire } from 'node:module'
import { Command } from 'commander'
import { decodeCommand } from './commands/decode.ts'
import { encodeCommand } from './commands/encode.ts'
import { requestCommand } from './commands/request.ts'
import { explainUsage } from './output/usage.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

const AFTER = `
Passwords and tokens are read from standard input, a hidden prompt or the environment. They are no arguments: those stay
in the shell's history, and every user of the machine can see them. Where one is an argument all the same, the command warns.

Exit codes: 0 done, 1 unexpected, 2 wrong usage or input, 3 no answer, 4 refused (401, 403), 5 any other HTTP error,
130 interrupted.`

/** Makes the program; commander's errors are thrown, not printed, so that they end like all others. */
export function createProgram(): Command {
  const program = new Command('fluxauth')
    .description('Encode, decode and send InfluxDB credentials without leaving them behind.')
    .version(version)
    .addHelpText('after', AFTER)
  for (const command of [encodeCommand(), decodeCommand(), requestCommand()]) program.addCommand(command)
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : explainUsage(error, command)
      })
      .configureOutput({ writeErr: () => undefined })
      .showHelpAfterError(false)
  }
  return program
}
