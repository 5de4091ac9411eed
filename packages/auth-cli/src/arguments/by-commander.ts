// Arguments that are not plain to read, help, and what is wrong with them: as commander has it, in our words.

import * as commander from 'commander'
import { foldHelp } from '../output/fold.ts'
import { writeOut } from '../output/streams.ts'
import { explainUsage } from '../output/usage.ts'
import type { Argument, Command, Option } from './command.ts'
import type { Given } from './read-usual.ts'

/**
 * Reads arguments with commander.
 *
 * @returns the command to run; `undefined` where all is said: help, or the version
 * @throws {UsageError} `ERR_USAGE`
 */
export function readByCommander(program: Command, args: readonly string[]): Given | undefined {
  let given: Given | undefined
  let failed: commander.Command | undefined
  const root = declare(program, (command, parsed) => {
    given = { command, global: root.opts(), options: parsed.opts(), arguments: parsed.processedArgs }
  })
  for (const command of withDescendants(root)) {
    command.exitOverride((error) => {
      failed = command
      throw error
    })
  }
  try {
    root.parse(helpAsOption(root, args), { from: 'user' })
    return given
  } catch (error) {
    if (!(error instanceof commander.CommanderError && failed)) throw error
    // Help and the version are thrown as well, once they are printed.
    if (error.exitCode === 0) return undefined
    throw explainUsage(error, failed)
  }
}

/** The same command in commander's hands. */
function declare(
  command: Command,
  found: (command: Command, parsed: commander.Command) => void,
): commander.Command {
  const { options, commands, defaultCommand, versionText } = command
  const declared = new commander.Command(command.name)
    .description(command.descriptionText)
    .summary(command.summaryText)
    .addHelpText('after', command.helpAfter)
    .allowUnknownOption(command.takesUnknownOptions)
    .configureOutput({
      writeErr: () => undefined,
      writeOut: (text) => writeOut(foldHelp(text.replace(/\n$/, ''))),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(false)
  if (versionText) declared.version(versionText)
  for (const option of options) declared.addOption(declareOption(option))
  for (const argument of command.arguments) declared.addArgument(declareArgument(argument))
  for (const each of commands)
    declared.addCommand(declare(each, found), { hidden: each.isHidden, isDefault: each === defaultCommand })
  if (command.run) declared.action(() => found(command, declared))
  return declared
}

function declareOption(option: Option): commander.Option {
  const { flags, description, choiceList, defaultValue, read } = option
  const declared = new commander.Option(flags, description).makeOptionMandatory(option.isRequired)
  if (choiceList) declared.choices(choiceList)
  if (defaultValue !== undefined && !option.isNegated) declared.default(defaultValue)
  if (read) declared.argParser(read as (value: string, before: unknown) => unknown)
  return declared
}

function declareArgument({ flags, description, choiceList }: Argument): commander.Argument {
  const declared = new commander.Argument(flags, description)
  return choiceList ? declared.choices(choiceList) : declared
}

/** Makes `help tokens rotate` the same as `tokens rotate --help`: commander's own `help` goes one step down alone. */
function helpAsOption(program: commander.Command, args: readonly string[]): string[] {
  const [first, ...words] = args
  if (first !== 'help' || words.some((word) => word.startsWith('-'))) return [...args]
  let command = program
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((each) => each.name() === word)
    // What there is not is refused as it is without `help`; what a command takes as an argument is nothing to tell about.
    if (!next)
      return command.commands.length > 0 ? words.slice(0, index + 1) : [...words.slice(0, index), '--help']
    command = next
  }
  return [...words, '--help']
}

function withDescendants(command: commander.Command): commander.Command[] {
  return [command, ...command.commands.flatMap(withDescendants)]
}
