#!/usr/bin/env node

// The `fluxauth` command. What it needs is loaded when it is needed, and its version needs nothing.

import { writeSync } from 'node:fs'

const args = process.argv.slice(2)

if (args.length === 1 && /^(--version|-V)$/.test(args[0] ?? '')) {
  try {
    writeSync(1, `${VERSION}\n`)
  } catch (error) {
    // A reader that closes early, like `head`, is no error.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
} else import('./program.ts').then(({ runProgram }) => runProgram(args))
