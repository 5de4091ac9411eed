// The character classes of RFC 9110 that header values are made of, and how to walk along them.

/** `token` characters (RFC 9110, section 5.6.2). */
export const TOKEN: RegExp = /[\w!#$%&'*+.^`|~-]*/y

/** `token68` characters without the closing `=` (RFC 9110, section 11.2). */
export const TOKEN68: RegExp = /[\w.~+/-]*/y

/** Optional white space (RFC 9110, section 5.6.3). */
export const OWS: RegExp = /[\t ]*/y

/** The spaces between a scheme and what follows it (RFC 9110, section 11.4: `1*SP`). */
export const SPACES: RegExp = / */y

/** The 8,192 characters that servers commonly grant a header line; every `maxLength` defaults to it. */
export const MAX_LENGTH = 8192

/**
 * Walks along a run of characters, in one pass and without backtracking: a class is a single sticky `[…]*`.
 *
 * @returns index of the first character at or after `from` that is not in the class
 */
export function scan(characters: RegExp, text: string, from: number): number {
  characters.lastIndex = from
  characters.test(text)
  return characters.lastIndex
}

/** Whether a text is a whole `token` (RFC 9110, section 5.6.2). */
export function isToken(text: string): boolean {
  return typeof text === 'string' && text !== '' && scan(TOKEN, text, 0) === text.length
}
