// Strict base64 <-> binary strings (one character per byte), and binary strings <-> UTF-8 text.
//
// `btoa` and `atob` rather than `Buffer`: on Node 20, 22 and 24 they take about half its time for inputs of a
// header's length, because they cross into native code once and allocate nothing but the result. They also run
// everywhere. `atob` is forgiving, though: it skips white space, does without padding and ignores stray bits.

import { refuseMatch } from './scheme.ts'

/** The characters before so much padding whose stray bits are zero. */
const LAST = ['', 'AEIMQUYcgkosw048', 'AQgw']

/**
 * Decodes canonical base64 only: the standard alphabet, padded, no white space, no stray bits (RFC 4648, sections 3.2, 3.3 and 3.5).
 *
 * @returns the bytes as a binary string, or `undefined` when the text is not canonical
 */
export function decodeCanonical(base64: string): string | undefined {
  const { length } = base64
  try {
    const binary = atob(base64)
    // What `atob` skips, or does without, leaves no whole number, or looks like padding where none is.
    const padding = length * 0.75 - binary.length
    if (
      padding === 0 ||
      (base64[length - padding] === '=' && LAST[padding]?.includes(base64.charAt(length - padding - 1)))
    ) {
      return binary
    }
  } catch {}
  return undefined
}

/**
 * The bytes of a text as a binary string.
 *
 * @throws {CredentialsError} `ERR_CREDENTIALS_CHARSET` for a lone surrogate, for a character outside Latin-1, and for an unknown charset
 */
export function toBinary(text: string, charset: 'utf-8' | 'latin1' = 'utf-8'): string {
  // An unknown charset has no characters.
  const outside = charset === 'utf-8' ? /\p{Cs}/u : charset === 'latin1' ? /[^\0-\xff]/ : /^/
  refuseMatch(text, outside, 'ERR_CREDENTIALS_CHARSET', 'Not in this charset')
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return charset === 'latin1' ? text : binary
}

/**
 * Reads a binary string as text. A byte order mark stays where it is.
 *
 * @returns the text, or `undefined` when the bytes are not well-formed in the charset or the charset is unknown
 */
export function fromBinary(
  binary: string,
  charset: 'utf-8' | 'latin1' | 'auto' = 'utf-8',
): string | undefined {
  if (charset === 'latin1') return binary
  try {
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    // There is no charset without a name.
    return new TextDecoder(charset === 'auto' ? 'utf-8' : charset === 'utf-8' ? charset : '', {
      fatal: true,
      ignoreBOM: true,
    }).decode(bytes)
  } catch {
    return charset === 'auto' ? binary : undefined
  }
}
