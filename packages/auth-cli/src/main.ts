#!/usr/bin/env node

// The `fluxauth` command. What it needs is loaded when it is needed, and its version needs nothing.

import { writeSync } from 'node:fs'

const args = process.argv.slice(2)

if (args.length === 1 && /^(--version|-V)$/.test(args[0] ?? '')) writeSync(1, `${VERSION}\n`)
else import('./program.ts').then(({ runProgram }) => runProgram(args))
