// The character classes of RFC 9110 that header values are made of, and how to walk along them.

/** `token` characters (RFC 9110, section 5.6.2). */
export const TOKEN = 1
/** `token68` characters without the closing `=` (RFC 9110, section 11.2). */
export const TOKEN68 = 2
/** Optional white space (RFC 9110, section 5.6.3). */
export const OWS = 4
/** Optional white space and the commas of empty list elements (RFC 9110, section 5.6.1.2). */
export const SEPARATORS = 12
/** What a quoted-string holds as it is (RFC 9110, section 5.6.4, `qdtext`). */
export const QDTEXT = 16
/** What may stand behind a backslash in a quoted-string (RFC 9110, section 5.6.4, `quoted-pair`). */
export const QUOTED = 48

/** Each Latin-1 character's classes, as bits. */
const CLASSES: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 256 }, (_, code) =>
  [/[\w!#$%&'*+.^`|~-]/, /[\w.~+/-]/, /[\t ]/, /,/, /[\t !#-[\]-~\x80-\xff]/, /["\\]/].reduce(
    (bits, pattern, bit) => bits | (pattern.test(String.fromCharCode(code)) ? 1 << bit : 0),
    0,
  ),
)

/** The 8,192 characters that servers commonly grant a header line; every `maxLength` defaults to it. */
export const MAX_LENGTH = 8192

/** Whether the character at an index is in a class. */
export function isAt(text: string, at: number, characters: number): boolean {
  return at < text.length && ((CLASSES[text.charCodeAt(at)] ?? 0) & characters) !== 0
}

/**
 * Walks along a run of characters, in one pass.
 *
 * @param characters a class, or several added up
 * @returns index of the first character at or after `from` that is not in the class
 */
export function scan(characters: number, text: string, from: number): number {
  let at = from
  while (isAt(text, at, characters)) at++
  return at
}
