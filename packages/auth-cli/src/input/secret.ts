// Where secrets come in: standard input, or a hidden prompt when a person sits there.

import { isUtf8 } from 'node:buffer'
import { readToken as readGivenToken, SourceError } from '@fluxauth/auth-node'
import { UsageError, usage } from '../output/errors.ts'
import { isTerminal, standardInput } from '../output/streams.ts'
import { settings } from '../settings.ts'

const MAX_BYTES = 64 * 1024

let isRead = false

/** Reads all of standard input, once. */
export async function readStandardInputBytes(
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<Buffer<ArrayBuffer>> {
  if (isRead) throw usage('Standard input can be one thing only: give the other one as a file')
  isRead = true
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of standardInput()) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) throw new UsageError('ERR_INPUT_LENGTH', 'Standard input holds more than 64 KiB')
  }
  return Buffer.concat(chunks)
}

/**
 * Reads an API token from a pipe, or asks for it without showing it.
 *
 * @throws {UsageError} `ERR_INPUT_EMPTY`, `ERR_TOKEN_SYNTAX` for what was pasted along with it, `ERR_INPUT_LENGTH` or `ERR_INPUT_UTF8`
 */
export async function readToken(): Promise<string> {
  const text = await readHidden('Token')
  if (!text.trim()) {
    throw new UsageError(
      'ERR_INPUT_EMPTY',
      'Give the token on standard input, for example: fluxauth … < token.txt',
    )
  }
  try {
    return readGivenToken(text, 'What was given')
  } catch (error) {
    if (error instanceof SourceError) throw new UsageError('ERR_TOKEN_SYNTAX', error.message)
    throw error
  }
}

/**
 * Reads a password from a pipe, or asks for it without showing it.
 *
 * @param allowEmpty whether an empty one is meant; a pipe that brings nothing is more often a mistake
 * @throws {UsageError} `ERR_INPUT_EMPTY`, `ERR_INPUT_LENGTH` or `ERR_INPUT_UTF8`
 */
export async function readPassword(allowEmpty = false): Promise<string> {
  const password = await readHidden('Password')
  if (!password && !allowEmpty) {
    throw new UsageError(
      'ERR_INPUT_EMPTY',
      'The password is empty: give it on standard input, or say --allow-empty if it is meant so',
    )
  }
  return password
}

/**
 * Reads a text that may hold a secret. A person is told that the command waits, and is shown nothing of what they type.
 *
 * @param prompt what to ask for
 * @throws {UsageError} `ERR_INPUT_LENGTH` over 64 KiB, `ERR_INPUT_UTF8`
 */
export async function readHidden(prompt: string): Promise<string> {
  if (isTerminal(0)) {
    if (!settings().input) {
      throw new UsageError('ERR_INPUT_EMPTY', 'Nobody is asked with --no-input: give it on standard input')
    }
    const { askHidden } = await import('./ask.ts')
    return askHidden(prompt)
  }
  const bytes = await readStandardInputBytes(MAX_BYTES)
  if (!isUtf8(bytes)) throw new UsageError('ERR_INPUT_UTF8', 'Standard input is not UTF-8')
  // One line break at the end is dropped, since shells and editors add it, and the byte order mark that editors on Windows do.
  return bytes.toString().replace(/^\uFEFF|\r?\n$/g, '')
}
