#!/usr/bin/env node

// The `fluxauth` command.

import { EXIT, reportError } from './output/errors.ts'
import { createProgram } from './program.ts'

// A reader that closes early, like `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  await createProgram().parseAsync()
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'))
}
