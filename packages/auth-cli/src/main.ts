#!/usr/bin/env node

// The `fluxauth` command. What it needs is loaded when it is needed, and its version needs nothing.

const args = process.argv.slice(2)

if (args.length === 1 && /^(--version|-V)$/.test(args[0] ?? '')) console.log(VERSION)
else import('./program.ts').then(({ runProgram }) => runProgram(args))
