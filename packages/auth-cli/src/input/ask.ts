// Questions. They go to standard error: standard output is for what scripts read.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { UsageError, usage } from '../output/errors.ts'
import { columns, hang } from '../output/fold.ts'
import { say } from '../output/print.ts'
import { isTerminal } from '../output/streams.ts'
import { style } from '../output/style.ts'
import { escapeControls } from '../output/terminal.ts'
import { settings } from '../settings.ts'

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return settings().input && isTerminal(0)
}

/**
 * Asks for a line.
 *
 * @param fallback what an empty answer means
 * @throws `ExitPromptError` on Ctrl-C, and where standard input ends
 */
export async function ask(question: string, fallback = ''): Promise<string> {
  const answer = await askLine(fallback ? `${question} (${fallback})` : question).catch((error) => {
    process.stderr.write('\n')
    throw error
  })
  return answer.trim() || fallback
}

/**
 * Asks until the answer is one that can be used: a slip of the finger does not cost what was typed before.
 *
 * @param read what an answer comes to; what is wrong with it, as a `UsageError`, is said
 * @param fallback what an empty answer means
 */
export async function askUntil<T>(
  question: string,
  read: (answer: string) => T | Promise<T>,
  fallback = '',
): Promise<T> {
  for (;;) {
    const answer = await ask(question, fallback)
    try {
      return await read(answer)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      say(`  ${escapeControls(error.message, { lines: false })}.`, 2)
    }
  }
}

/**
 * Asks for a secret. Nothing is written while it is typed: who records the terminal does not learn how long it is, either.
 *
 * @throws as `ask`
 */
export function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_, __, done) => done() })
  return askLine(`${question} (it is not shown)`, nowhere).finally(() => process.stderr.write('\n'))
}

/** @param nowhere where what is typed is written instead of on the terminal */
function askLine(question: string, nowhere?: Writable): Promise<string> {
  return new Promise((resolve, reject) => {
    const input = process.stdin
    const lines = createInterface(
      nowhere ? { input, output: nowhere, terminal: true } : { input, output: process.stderr },
    )
    const interrupt = () => {
      lines.close()
      reject(Object.assign(new Error('Interrupted'), { name: 'ExitPromptError' }))
    }
    lines.on('SIGINT', interrupt)
    lines.on('close', interrupt) // after an answer, this comes too late to matter
    const folded = `${hang(`${style('cyan', '?')} ${question}:`, 2, columns(2))} `
    if (nowhere) process.stderr.write(folded)
    // After Ctrl-Z and fg: Node leaves what is typed paused, and nothing would keep the command from ending.
    lines.on('SIGCONT', () => {
      lines.resume()
      if (nowhere) process.stderr.write(folded)
    })
    lines.question(folded, (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}

/** Asks yes or no; anything but yes is no, unless yes is what an empty answer means. */
export async function confirm(
  question: string,
  { byDefault = false }: { readonly byDefault?: boolean } = {},
): Promise<boolean> {
  const answer = await ask(`${question} [${byDefault ? 'Y/n' : 'y/N'}]`)
  return answer === '' ? byDefault : /^y(es)?$/i.test(answer)
}

/**
 * Asks before what cannot be taken back.
 *
 * @param yes the option by which it was agreed to already
 * @param unasked what is thrown where nobody can be asked
 * @throws {UsageError} `ERR_USAGE`, or what is given, where nobody can be asked; `ERR_NOT_AGREED` where the answer is no
 */
export async function agree(
  question: string,
  yes: boolean | undefined,
  unasked: UsageError = usage(`${question} Nobody can be asked: say --yes`),
): Promise<void> {
  if (yes) return
  if (!canAsk()) throw unasked
  if (!(await confirm(question))) throw new UsageError('ERR_NOT_AGREED', 'Nothing was done')
}

/** Asks which of these, by number or by name. */
export async function choose<Name extends string>(
  question: string,
  choices: readonly (readonly [name: Name, words: string])[],
): Promise<Name> {
  for (const [index, [, words]] of choices.entries()) say(`  ${index + 1}) ${words}`, 5)
  for (;;) {
    const answer = await ask(question, '1')
    const chosen = choices.find(([name], index) => answer === name || answer === String(index + 1))
    if (chosen) return chosen[0]
    say(`  Type a number from 1 to ${choices.length}.`, 2)
  }
}
