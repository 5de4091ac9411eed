// What commands print: JSON of one version for programs, aligned columns for people.

import { settings } from '../settings.ts'
import { writeErr, writeOut } from './streams.ts'
import { style } from './style.ts'
import { escapeControls, toJson } from './terminal.ts'

/** The version of what `--json` prints: members are added under the same one, none is taken away or changed. */
const VERSION_OF_JSON = 1

/** Prints what a program reads. */
export function printJson(value: object, indent?: number): void {
  writeOut(toJson({ version: VERSION_OF_JSON, ...value }, indent))
}

/** Prints what both can: JSON, or else lines. */
export function print(value: object, lines: () => readonly string[]): void {
  if (settings().json) printJson(value)
  else for (const line of lines()) writeOut(line)
}

/** Says on standard error what is of use to a person, and to no program. */
export function note(message: string): void {
  if (!settings().json) writeErr(style('dim', escapeControls(message)))
}

/** Says on standard error that something was done. */
export function done(message: string): void {
  if (!settings().json) writeErr(`${style('green', '✓')} ${escapeControls(message)}`)
}

/** A line of a list of facts: `name:     what it is`; without a name it goes on. What it is may come from a server. */
export function fact(name: string, what: string, width = 12): string {
  const label = (name && `${name}:`).padEnd(width)
  return `${style('dim', label)} ${escapeControls(what, { lines: false })}`
}

/** Aligns rows of cells in columns. The first row are the headings. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((row) => row.map((cell) => escapeControls(cell, { lines: false })))
  const widths = (safe[0] ?? []).map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)))
  return safe.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    )
    const line = cells.join('  ').trimEnd()
    return index === 0 ? style('dim', line) : line
  })
}
