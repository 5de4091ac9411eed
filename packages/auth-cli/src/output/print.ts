// What commands print: JSON of one version for programs, aligned columns for people.

import { settings } from '../settings.ts'
import { columns, hang } from './fold.ts'
import { writeErr, writeOut } from './streams.ts'
import { style } from './style.ts'
import { escapeControls, toJson } from './terminal.ts'

/** The version of what `--json` prints: members are added under the same one, none is taken away or changed. */
const VERSION_OF_JSON = 1

/** What a program reads, as text. */
export function jsonOf(value: object, indent?: number): string {
  return toJson({ version: VERSION_OF_JSON, ...value }, indent)
}

/** Prints what a program reads. */
export function printJson(value: object, indent?: number): void {
  writeOut(jsonOf(value, indent))
}

/** Prints what both can: JSON, or else lines. */
export function print(value: object, lines: () => readonly string[]): void {
  if (settings().json) printJson(value)
  else for (const line of lines()) writeOut(line)
}

/**
 * Says something on standard error: folded where a terminal shows it, and as it is elsewhere and with `--json`.
 *
 * @param indent how many columns in its lines begin after the first
 */
export function say(text: string, indent = 0): void {
  writeErr(settings().json ? text : hang(text, indent, columns(2)))
}

/** Says on standard error what is of use to a person, and to no program. */
export function note(message: string): void {
  if (!settings().json) say(style('dim', escapeControls(message)))
}

/** Says on standard error that something was done. */
export function done(message: string): void {
  if (!settings().json) say(`${style('green', '✓')} ${escapeControls(message)}`, 2)
}

/**
 * A line of a list of facts: `name:     what it is`; without a name it goes on. What it is may come from a server.
 *
 * @param before what stands before the name, in green
 */
export function fact(name: string, what: string, before = ''): string {
  const label = (name && `${name}:`).padEnd(12)
  const shown = hang(escapeControls(what, { lines: false }), before.length + label.length + 1)
  return `${before && style('green', before)}${style('dim', label)} ${shown}`
}

/** In columns: what the last cell of a table has to have. */
const LAST = 24

/** Aligns rows of cells in columns, or writes each as facts where a terminal is too narrow. The first row are the headings. */
export function table(rows: readonly (readonly string[])[], width: number | undefined = columns()): string[] {
  const [headings = [], ...others] = rows
  const safe = rows.map((row) => row.map((cell) => escapeControls(cell, { lines: false })))
  const widths = (safe[0] ?? []).map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)))
  const start = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0)
  if (width !== undefined && start + Math.min(widths.at(-1) ?? 0, LAST) > width) {
    return others.flatMap((row, index) => [...(index > 0 ? [''] : []), ...toFacts(headings, row)])
  }
  return safe.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? hang(cell, start, width) : cell.padEnd(widths[column] ?? 0),
    )
    const line = cells.join('  ').trimEnd()
    return index === 0 ? style('dim', line) : line
  })
}

/** What has no heading is a mark on what comes after it. */
function toFacts(headings: readonly string[], row: readonly string[]): string[] {
  return row.flatMap((cell, column) => {
    const heading = headings[column]
    if (!heading || !cell) return []
    const mark = headings[column - 1] === '' ? row[column - 1] : ''
    return [fact(heading.toLowerCase(), cell, mark && `${mark} `)]
  })
}
