// Reads arguments as most people and scripts write them. Whatever else there is (help, mistakes, `--name=value`, `-abc`) is commander's to read.

import type { Argument, Command, Option } from './command.ts'

/** The command that is to run, and what it gets. */
export interface Given {
  readonly command: Command
  /** Of the program, for every command. */
  readonly global: Readonly<Record<string, unknown>>
  readonly options: Readonly<Record<string, unknown>>
  readonly arguments: readonly unknown[]
}

/**
 * Reads what is written out: commands, options by their whole names with their values behind them, arguments.
 *
 * @returns what commander makes of it; `undefined` where that is not plain to see
 */
export function readUsual(program: Command, args: readonly string[]): Given | undefined {
  let command = program
  const operands: string[] = []
  const given: [Option, string | undefined][] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    if (isOption(word)) {
      // An option of the program is read as such wherever it stands.
      const option = find(program, word) ?? find(command, word)
      const value = option?.takesValue ? args[++at] : undefined
      if (!option || (option.takesValue && (value === undefined || isOption(value)))) return undefined
      given.push([option, value])
    } else if (command.commands.length > 0) {
      const named = command.commands.find(({ name }) => name === word)
      if (!named) return undefined
      command = named
    } else operands.push(word)
  }
  // Of a family alone no one is named.
  if (!command.run) return undefined
  const read = readArguments(command.arguments, operands)
  const global = readOptions(program.options, given)
  const options = readOptions(command.options, given)
  return read && global && options && { command, global, options, arguments: read }
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-')
}

function find({ options }: Command, word: string): Option | undefined {
  return options.find(({ long, short }) => word === long || word === short)
}

function readOptions(
  options: readonly Option[],
  given: readonly (readonly [Option, string | undefined])[],
): Record<string, unknown> | undefined {
  const read: Record<string, unknown> = {}
  for (const { key, defaultValue } of options) if (defaultValue !== undefined) read[key] = defaultValue
  for (const [option, value] of given) {
    if (!options.includes(option)) continue
    const { key, isNegated, choiceList, read: readValue } = option
    if (value === undefined) read[key] = !isNegated
    else if (choiceList && !choiceList.includes(value)) return undefined
    else read[key] = readValue ? readValue(value, read[key] as never) : value
  }
  const isMissing = options.some(({ isRequired, key }) => isRequired && read[key] === undefined)
  return isMissing ? undefined : read
}

function readArguments(takes: readonly Argument[], operands: readonly string[]): unknown[] | undefined {
  const isVariadic = takes.at(-1)?.isVariadic ?? false
  if (operands.length > takes.length && !isVariadic) return undefined
  if (takes.some(({ isRequired }, index) => isRequired && operands[index] === undefined)) return undefined
  const isRefused = takes.some(({ choiceList }, index) => {
    const value = operands[index]
    return choiceList && value !== undefined && !choiceList.includes(value)
  })
  if (isRefused) return undefined
  return takes.map(({ isVariadic }, index) => (isVariadic ? operands.slice(index) : operands[index]))
}
