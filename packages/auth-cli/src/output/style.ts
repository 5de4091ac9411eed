// Colour where a person reads along: not in a pipe, and not with NO_COLOR.

import { styleText } from 'node:util'
import { isTerminal } from './streams.ts'

/** Styles a text for standard error or output; `NO_COLOR`, `FORCE_COLOR` and pipes are respected. */
export function style(format: 'red' | 'green' | 'cyan' | 'dim' | 'bold', text: string): string {
  const { NO_COLOR, FORCE_COLOR } = process.env
  const wanted = NO_COLOR ? false : FORCE_COLOR ? FORCE_COLOR !== '0' : isTerminal(1) && isTerminal(2)
  return wanted ? styleText(format, text, { validateStream: false }) : text
}
