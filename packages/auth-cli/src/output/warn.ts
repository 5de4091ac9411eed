// Warnings: what was done all the same, and is better done another way.

import { settings } from '../settings.ts'
import { jsonOf, say } from './print.ts'
import { writeErr } from './streams.ts'
import { style } from './style.ts'
import { escapeControls } from './terminal.ts'

const warned = new Set<string>()

/** Says on standard error what is better done another way, once. */
export function warn(message: string, about: string = message): void {
  if (warned.has(about)) return
  warned.add(about)
  if (settings().json) writeErr(jsonOf({ warning: { message } }))
  else say(`${style('red', 'fluxauth:')} Warning: ${escapeControls(message)}`)
}
