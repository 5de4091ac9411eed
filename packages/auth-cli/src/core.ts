// What every command has in common, in one file of the build.

export * from './arguments/command.ts'
export * from './arguments/read-usual.ts'
export * from './output/errors.ts'
export * from './output/fold.ts'
export * from './output/print.ts'
export * from './output/streams.ts'
export * from './output/style.ts'
export * from './output/terminal.ts'
export * from './output/warn.ts'
export * from './program.ts'
export * from './settings.ts'
