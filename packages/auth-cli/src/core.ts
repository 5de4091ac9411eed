// What every command has in common, in one file of the build: loading it takes no longer than commander does.

export { Argument, Command, CommanderError, Option } from 'commander'
export * from './output/errors.ts'
export * from './output/print.ts'
export * from './output/streams.ts'
export * from './output/style.ts'
export * from './output/terminal.ts'
export * from './output/warn.ts'
export * from './program.ts'
export * from './settings.ts'
