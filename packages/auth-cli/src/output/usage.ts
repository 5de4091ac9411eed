// What commander found wrong, in words that say what to do; without the arguments that it repeats, since one of them may be a secret.

import type { Command, CommanderError } from 'commander'
import { type UsageError, usage } from './errors.ts'

/** A name that may be shown: short, and of letters alone, as commands and options are and tokens are not. */
const PLAIN = /^(--?)?[a-z][a-z-]{0,15}$/

/** Options that people look for, and what there is instead: a secret is no argument. */
const SECRETS = /^(-p|-t|--(pass(word)?|token|secret|api-?key|auth))$/

/**
 * Says what is wrong with the arguments.
 *
 * @param error what commander threw
 * @param command whose arguments they are
 */
export function explainUsage({ code, message }: CommanderError, command: Command): UsageError {
  const name = fullName(command)
  const see = `See ${name} --help`
  switch (code) {
    case 'commander.missingMandatoryOptionValue':
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
      return usage(`${capitalize(message.replace(/^error: /, ''))}. ${see}`)
    case 'commander.invalidArgument': {
      const [, option, argument, choices] =
        /(?:option '([^']+)' argument .* is invalid|invalid for argument '([^']+)')\. (Allowed choices are .*?)\.?$/s.exec(
          message,
        ) ?? []
      return usage(
        choices
          ? `${option ?? `The ${argument}`} has a value that it does not take. ${choices}`
          : `An option has a value that it does not take. ${see}`,
      )
    }
    case 'commander.excessArguments':
      return usage(`There are too many arguments. A secret is none: give it on standard input. ${see}`)
    case 'commander.unknownOption':
      return unknownOption(/'([^']*)'/s.exec(message)?.[1] ?? '', command, see)
    case 'commander.unknownCommand':
      return unknownCommand(/'([^']*)'/s.exec(message)?.[1] ?? '', command, see)
    default:
      return usage(`Name a command: ${list(command)}. ${see}`)
  }
}

function unknownOption(given: string, command: Command, see: string): UsageError {
  const [name = ''] = given.split('=', 1)
  if (SECRETS.test(name)) {
    return usage(
      `There is no ${name}: a secret as an argument stays in the history. Give it on standard input. ${see}`,
    )
  }
  const options = [...command.options, ...(command.parent?.options ?? [])].flatMap(({ long }) => long ?? [])
  const near = nearest(name, [...options, '--help'])
  const what =
    PLAIN.test(name) && (near || name.length < 12)
      ? `There is no option ${name}`
      : 'There is an unknown option'
  return usage(near ? `${what}: did you mean ${near}? ${see}` : `${what}. ${see}`)
}

function unknownCommand(given: string, command: Command, see: string): UsageError {
  const near = nearest(given, namesOf(command))
  // Only what is nearly a command is repeated: anything else may be a secret in the wrong place.
  if (near && PLAIN.test(given))
    return usage(`There is no ${fullName(command)} ${given}: did you mean ${near}? ${see}`)
  return usage(`There is no such command: there are ${list(command)}. ${see}`)
}

/** What is there for people: of the hidden ones help has none. */
function namesOf(command: Command): string[] {
  const visible = command.createHelp().visibleCommands(command)
  return command.commands.filter((each) => visible.includes(each)).map((each) => each.name())
}

function list(command: Command): string {
  const names = namesOf(command)
  return names.length < 2 ? 'a command' : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The name that was most likely meant: at most two letters off, or one that goes on where this one ends. */
function nearest(given: string, names: readonly string[]): string | undefined {
  if (given.length > 24) return undefined
  const bare = given.replace(/^-+/, '')
  const ranked = names
    .map((name) => ({ name, off: distance(given, name) }))
    .filter(
      ({ name, off }) => off <= Math.min(2, bare.length / 2) || (bare.length > 2 && name.startsWith(given)),
    )
    .sort((a, b) => a.off - b.off)
  return ranked[0]?.name
}

/** How many letters to put in, take out or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
