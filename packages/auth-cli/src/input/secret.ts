// Where secrets come in: standard input, or a hidden prompt when a person sits there.

import { UsageError } from '../output/errors.ts'

const MAX_BYTES = 64 * 1024

/**
 * Reads all of standard input. One line break at its end is dropped, since shells and editors add it.
 *
 * @throws {UsageError} `ERR_INPUT_LENGTH` over 64 KiB
 */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_BYTES) throw new UsageError('ERR_INPUT_LENGTH', 'Standard input holds more than 64 KiB')
  }
  const text = new TextDecoder('utf-8', { fatal: true })
  try {
    return text.decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
  } catch {
    throw new UsageError('ERR_INPUT_UTF8', 'Standard input is not UTF-8')
  }
}

/**
 * Reads a secret from a pipe, or asks for it without showing it.
 *
 * @param what it is, for the prompt
 * @throws {UsageError} `ERR_INPUT_EMPTY` when a token is empty; passwords may be
 */
export async function readSecret(what: 'Password' | 'Token'): Promise<string> {
  let secret: string
  if (process.stdin.isTTY) {
    const { default: password } = await import('@inquirer/password')
    secret = await password({ message: what }, { output: process.stderr })
  } else {
    secret = await readStandardInput()
  }
  if (!secret && what === 'Token') {
    throw new UsageError(
      'ERR_INPUT_EMPTY',
      'Give the token on standard input, for example: fluxauth … < token.txt',
    )
  }
  return secret
}
