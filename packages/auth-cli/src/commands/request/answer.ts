// Writes an answer as it arrives: byte for byte, but for the secrets of what is text; and harmless where a terminal reads.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { redactHeaders } from '@fluxauth/auth-core'
import { EXIT, UsageError, usage } from '../../output/errors.ts'
import { printJson } from '../../output/print.ts'
import { bodyRedactor } from '../../output/redact-body.ts'
import { shownUrl } from '../../output/shown-url.ts'
import { notTaken } from '../../output/streams.ts'
import { style } from '../../output/style.ts'
import { escapeControls } from '../../output/terminal.ts'
import { warn } from '../../output/warn.ts'
import { settings } from '../../settings.ts'

/** In bytes: what `--json` holds in memory, a few times over. */
const LONGEST_JSON = 2 ** 27

/** How to write it. */
export interface AnswerOptions {
  readonly include?: true
  readonly reveal?: true
  readonly output?: string
}

/**
 * Writes an answer.
 *
 * @returns whether it had a body
 * @throws {UsageError} `ERR_USAGE` when the file of `--output` cannot be written, `ERR_OUTPUT` when standard output cannot, `ERR_ANSWER_LONG`
 */
export async function writeAnswer(
  response: Response,
  request: { readonly method: string; readonly url: URL },
  options: AnswerOptions,
): Promise<boolean> {
  // A reader that closes early, like `head`, is no error.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0)
  })
  if (settings().json) return writeJson(response, request, options)
  if (options.include) {
    const status = `< ${response.status} ${escapeControls(response.statusText, { lines: false })}`.trimEnd()
    console.log(style(response.ok ? 'green' : 'red', status))
    printHeaders('<', response.headers, console.log)
  }
  const { output } = options
  if (output === undefined || output === '-') {
    const isTerminal = process.stdout.isTTY && output === undefined
    return writeBody(response, process.stdout, options, isTerminal).catch((error) => {
      throw (error as NodeJS.ErrnoException).syscall === undefined ? error : notTaken(error)
    })
  }
  const file = createWriteStream(output, { mode: 0o600 })
  try {
    await once(file, 'open')
    file.on('error', () => undefined) // told to whoever writes
    return await writeBody(response, file, options, false)
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    const room = code === 'ENOSPC' || code === 'EDQUOT' ? ': there is no room on the disk' : ''
    throw usage(`The file of --output cannot be written (${code})${room}`)
  } finally {
    if (!file.closed) await new Promise<void>((resolve) => file.once('close', () => resolve()).end())
  }
}

/** Prints headers, redacted, one a line. */
export function printHeaders(direction: string, headers: Headers, print: (line: string) => void): void {
  for (const [name, value] of redactHeaders(headers))
    print(
      `${style('cyan', direction)} ${style('dim', `${name}:`)} ${escapeControls(value, { lines: false })}`,
    )
}

async function writeBody(
  response: Response,
  to: Writable,
  { reveal }: AnswerOptions,
  isTerminal: boolean,
): Promise<boolean> {
  const type = response.headers.get('content-type')
  const redactor = reveal ? undefined : bodyRedactor(type)
  const decoder = new TextDecoder()
  const show = (bytes: Buffer, isLast = false) =>
    isTerminal ? escapeControls(decoder.decode(bytes, { stream: !isLast })) : bytes
  let some = false
  let last = 10
  for await (const chunk of response.body ?? []) {
    some ||= chunk.length > 0
    if (isTerminal && chunk.includes(0)) {
      warn(
        'This is binary, which a terminal cannot show: use --output file, or --output - to have it all the same',
      )
      return true // and with it the rest of the body is let go of
    }
    last = chunk.at(-1) ?? last
    const bytes = Buffer.from(chunk)
    await write(to, show(redactor ? Buffer.from(redactor.write(bytes.toString('latin1')), 'latin1') : bytes))
  }
  await write(to, show(Buffer.from(redactor?.end() ?? '', 'latin1'), true))
  // A line of text ends with a line break, for whatever is printed next.
  const isLine = isTerminal || (to === process.stdout && redactor !== undefined && type !== null)
  if (some && isLine && last !== 10) await write(to, '\n')
  return some
}

/** Writes, and waits until it is written: for a reader that is slower, and to hear of a disk that is full. */
async function write(to: Writable, what: Buffer | string): Promise<void> {
  if (what.length === 0) return
  await new Promise<void>((resolve, reject) => {
    to.write(what, (error) => (error ? reject(error) : resolve()))
  })
}

async function writeJson(
  response: Response,
  { method, url }: { readonly method: string; readonly url: URL },
  { reveal }: AnswerOptions,
): Promise<boolean> {
  const bytes = await readAll(response)
  const redactor = reveal ? undefined : bodyRedactor(response.headers.get('content-type'))
  const shown = redactor
    ? Buffer.from(redactor.write(bytes.toString('latin1')) + redactor.end(), 'latin1')
    : bytes
  const body = readBody(shown)
  const answer = {
    status: response.status,
    headers: Object.fromEntries(redactHeaders(response.headers)),
    ...body,
  }
  printJson({ request: { method, url: shownUrl(url) }, response: answer }, 2)
  return bytes.length > 0
}

async function readAll(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > LONGEST_JSON) {
      throw new UsageError(
        'ERR_ANSWER_LONG',
        'The answer is longer than 128 MiB, which is too long for --json: use --output file',
        EXIT.http,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** JSON as it is; text as a string; anything else in base64, which is said. */
function readBody(bytes: Buffer): { body: unknown; encoding?: 'base64' } {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { encoding: 'base64', body: bytes.toString('base64') }
  }
  try {
    return { body: JSON.parse(text) }
  } catch {
    return { body: text }
  }
}
