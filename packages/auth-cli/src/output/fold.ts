// Breaks lines between words where a terminal would break them anywhere. What goes to a pipe or a file stays as it is.

import { stripVTControlCharacters } from 'node:util'
import { isTerminal } from './streams.ts'

/** In columns: below this there is nothing to be gained. */
const LEAST = 16

/** How wide the terminal of standard output is, or that of standard error (2); `undefined` where there is none. */
export function columns(descriptor: 1 | 2 = 1): number | undefined {
  if (!isTerminal(descriptor)) return undefined
  return (descriptor === 1 ? process.stdout : process.stderr).columns || undefined
}

/** An argument of a command, as messages write them: `--option value`, `NAME`, an address, a path, `< file`. */
const ARGUMENT =
  / (?:--?[\w-]+(?:[ =](?:'[^']*'|"[^"]*"|[^\s'"<>|-]\S*))?|[A-Z][A-Z_]+\b|\S*:\/\/\S+|\/\S+|[\da-f]{16}\b|[<>|] \S+|…)/
/** A command. It is copied, and in two lines the shell would run its first alone. */
const COMMAND = new RegExp(
  `^export .+$|(?:fluxauth|influx(?:d|db3|ctl)?|npm)(?:(?: [a-z][\\w-]*){0,3}(?:${ARGUMENT.source})+| (?:tokens|profiles) [a-z]+(?: \\S+)?|(?: (?:encode|use))? [a-z]\\S*)`,
  'g',
)

/** Breaks a line into lines no longer than this; it may be styled. A word that is longer, or a command, has a line of its own. */
export function fold(text: string, width: number | undefined): string[] {
  if (width === undefined || width < LEAST || widthOf(text) <= width) return [text]
  const lines: string[] = []
  // No text that is shown has a NUL.
  for (const word of text.replace(COMMAND, (command) => command.replaceAll(' ', '\0')).split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || widthOf(line) + 1 + widthOf(word) > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.map((line) => line.replaceAll('\0', ' '))
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}

/** Breaks a text with what comes after its first line below its beginning, so many columns in; an item of a list two more. */
export function hang(text: string, indent: number, width: number | undefined = columns()): string {
  const lines = text.split('\n').flatMap((line) => {
    const more = line.startsWith('- ') ? 2 : 0
    const [first = '', ...others] = fold(line, width && width - indent - more)
    return [first, ...others.map((other) => ' '.repeat(more) + other)]
  })
  return lines.join(`\n${' '.repeat(indent)}`)
}

/** Of a command's help: an item, and what it is. */
const ITEM = /^ {2}([^ $].*?) {2,}(\S.*)$/

/** Between two lines of a paragraph, which are written for a terminal of 80 columns. */
const PARAGRAPH = /(?<=^[^ \n].*)\n(?=[^ \n])/gm

/** Breaks a help that is too wide: what an item is goes below it. Examples stay whole, since they are copied. */
export function foldHelp(text: string, width: number | undefined = columns()): string {
  const lines = text.split('\n')
  if (width === undefined || lines.every((line) => line.length <= width)) return text
  const isNarrow = lines.some((line) => line.length > width && ITEM.test(line))
  return text
    .replace(PARAGRAPH, ' ')
    .split('\n')
    .map((line) => {
      const [, item, what = ''] = ITEM.exec(line) ?? []
      if (item !== undefined && isNarrow) return `  ${item}\n      ${hang(what, 6, width)}`
      return line.startsWith(' ') ? line : hang(line, 0, width)
    })
    .join('\n')
}
