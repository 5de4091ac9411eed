// Standard input, output and error without Node's streams where a pipe or a file is at the other end: loading those takes longer than most commands.

import { fstatSync, readSync, statSync, writeSync } from 'node:fs'
import { EXIT, UsageError } from './errors.ts'

/** 0: standard input, 1: output, 2: error. */
type Descriptor = 0 | 1 | 2

const STREAMS = ['stdin', 'stdout', 'stderr'] as const

const terminals: (boolean | undefined)[] = []

/** Whether a person sits there. */
export function isTerminal(descriptor: Descriptor): boolean {
  terminals[descriptor] ??= looksLikeTerminal(descriptor)
  return terminals[descriptor]
}

function looksLikeTerminal(descriptor: Descriptor): boolean {
  try {
    // Neither a pipe nor a file needs a closer look, nor does /dev/null, which scripts read and write.
    const stats = fstatSync(descriptor)
    if (!stats.isCharacterDevice()) return false
    if (stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev) return false
  } catch {
    return false
  }
  return Boolean(process[STREAMS[descriptor]].isTTY)
}

/** Prints a line on standard output. */
export function writeOut(line: string): void {
  writeLine(1, line)
}

/** Prints a line on standard error. */
export function writeErr(line: string): void {
  writeLine(2, line)
}

/**
 * Prints a line on standard output that has to arrive.
 *
 * @throws {UsageError} `ERR_OUTPUT` where it does not: the reader has gone, or a disk is full
 */
export async function deliver(line: string): Promise<void> {
  try {
    const rest = isTerminal(1) ? Buffer.from(`${line}\n`) : writeAtOnce(1, line)
    if (rest.length === 0) return
    await new Promise<void>((resolve, reject) => {
      process.stdout.once('error', reject).write(rest, (error) => (error ? reject(error) : resolve()))
    })
  } catch (error) {
    throw notTaken(error)
  }
}

/** What is told where standard output does not take what has to arrive. */
export function notTaken(error: unknown): UsageError {
  const { code } = error as NodeJS.ErrnoException
  return new UsageError(
    'ERR_OUTPUT',
    `Standard output did not take it (${code}): is there a reader, and room on the disk?`,
    EXIT.unexpected,
  )
}

function writeLine(descriptor: 1 | 2, line: string): void {
  const stream = () => (descriptor === 1 ? process.stdout : process.stderr)
  if (isTerminal(descriptor)) {
    stream().write(`${line}\n`)
    return
  }
  // What cannot be said ends nothing that is being done.
  const gone = () => (descriptor === 1 ? process.exit(0) : undefined)
  try {
    const rest = writeAtOnce(descriptor, line)
    if (rest.length > 0) stream().once('error', gone).write(rest)
  } catch (error) {
    // A reader that closes early, like `head`, is no error.
    if (descriptor === 2 || (error as NodeJS.ErrnoException).code === 'EPIPE') gone()
    else throw notTaken(error)
  }
}

/** Writes to a pipe or a file, and returns what does not fit now. */
function writeAtOnce(descriptor: 1 | 2, line: string): Buffer {
  let rest = Buffer.from(`${line}\n`)
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  return rest
}

/** Standard input, part by part. */
export async function* standardInput(): AsyncGenerator<Buffer> {
  for (;;) {
    const part = readPart()
    if (part === undefined) return yield* process.stdin
    if (part.length === 0) return
    yield part
  }
}

/** `undefined` where it has to be waited for; empty at the end. */
function readPart(): Buffer | undefined {
  const buffer = Buffer.alloc(65_536)
  try {
    return buffer.subarray(0, readSync(0, buffer))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EOF') return Buffer.alloc(0) // Windows' word for an end
    if (code === 'EAGAIN') return undefined
    throw error
  }
}
