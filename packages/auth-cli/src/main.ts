#!/usr/bin/env node

// The `fluxauth` command.

import { CommanderError } from 'commander'
import { EXIT, reportError } from './output/errors.ts'
import { createProgram } from './program.ts'

// A reader that closes early, like `head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    throw error
  })
}

try {
  await createProgram().parseAsync()
} catch (error) {
  // Help and the version are thrown as well, once they are printed.
  const isDone = error instanceof CommanderError && error.exitCode === 0
  if (!isDone) process.exitCode = reportError(error, process.argv.includes('--json'))
}
