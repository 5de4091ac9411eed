// The pieces of RFC 9110's grammar that header values are made of, as patterns.
//
// They stand here as constants, since a literal in a function would be made anew for each call. Those that are sticky are for walks along a
// value: each takes a piece off it from where the walk stands, and none can backtrack over more than its own piece.

/** What a scheme word (a `token`, section 5.6.2) ends at. */
export const WORD_END: RegExp = /[^\w!#$%&'*+.^`|~-]|$/
/** A whole `token` (section 5.6.2). */
export const WHOLE_TOKEN: RegExp = /^[\w!#$%&'*+.^`|~-]+$/

/** A `token` (section 5.6.2). */
export const TOKEN: RegExp = /[\w!#$%&'*+.^`|~-]+/y
/** What parts a scheme from what follows it (section 11.3). */
export const SPACES: RegExp = / +/y
/** The name of an `auth-param` (section 11.2), with its `=` ahead. */
export const NAME: RegExp = /[\w!#$%&'*+.^`|~-]+(?=[\t ]*=)/y
/** The `=` of an `auth-param`, with white space that no sender should write and every recipient must read (section 11.2). */
export const EQUALS: RegExp = /[\t ]*=[\t ]*/y
/** A `token68` (section 11.2), with the element's end ahead. */
export const TOKEN68: RegExp = /[\w.~+/-]+=*(?=[\t ]*(?:,|$))/y
/** What a `quoted-string` (section 5.6.4) begins and ends with. */
export const QUOTE: RegExp = /"/y
/** The characters of a `quoted-string` (section 5.6.4) up to the next backslash, behind one escaped where one is. */
export const QUOTED: RegExp = /(?:\\[\t -~\x80-\xff])?[\t !#-[\]-~\x80-\xff]*/y
/** White space and the commas of empty list elements (section 5.6.1.2). */
export const SEPARATORS: RegExp = /[\t ,]+/y
/** The end of a list's element, or of the value. */
export const END: RegExp = /[\t ]*(?:,[\t ,]*|$)/y
