// Breaks lines between words where a terminal would break them anywhere. What goes to a pipe or a file stays as it is.

import { isTerminal } from './streams.ts'

/** In columns: below this there is nothing to be gained. */
const LEAST = 16

/** How wide the terminal of standard output is; `undefined` where there is none. */
export function columns(): number | undefined {
  return isTerminal(1) ? process.stdout.columns || undefined : undefined
}

/** Breaks a text into lines no longer than this. A word that is longer has a line of its own. */
export function fold(text: string, width: number | undefined): string[] {
  if (width === undefined || width < LEAST || text.length <= width) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

/** Breaks a text with what comes after its first line below its beginning, so many columns in. */
export function hang(text: string, indent: number, width: number | undefined = columns()): string {
  return fold(text, width && width - indent).join(`\n${' '.repeat(indent)}`)
}

/** Of a command's help: an item, and what it is. */
const ITEM = /^ {2}([^ $].*?) {2,}(\S.*)$/

/** Breaks a help that is too wide: what an item is goes below it. Examples stay whole, since they are copied. */
export function foldHelp(text: string, width: number | undefined = columns()): string {
  const lines = text.split('\n')
  if (width === undefined || lines.every((line) => line.length <= width)) return text
  const isNarrow = lines.some((line) => line.length > width && ITEM.test(line))
  return lines
    .map((line) => {
      const [, item, what = ''] = ITEM.exec(line) ?? []
      if (item !== undefined && isNarrow) return `  ${item}\n      ${hang(what, 6, width)}`
      return line.startsWith(' ') ? line : hang(line, 0, width)
    })
    .join('\n')
}
