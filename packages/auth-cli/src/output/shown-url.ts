// URLs as they are shown: without what redactUrl hides, and without the passwords that InfluxQL has in its statements.

import { redactUrl } from '@fluxauth/auth-core'

/** Text as it stands in a URL or a form: each of these characters as it is, or encoded. */
const SLASH = '(?:/|%2f)'
const STAR = '(?:\\*|%2a)'
const END = '(?:\\n|%0a)'
const QUOTE = "(?:'|%27)"
/** What a backslash takes its meaning from. */
const ESCAPED = '(?:\\\\|%5c)(?:%..|.)'
const SPACE = '\\+|%20|%09|%0a|%0d|\\s'
const BLOCK_COMMENT = `${SLASH}${STAR}(?:(?!${STAR}${SLASH}).){0,300}${STAR}${SLASH}`
/** To the end of the line, or where a quote is: `URL` drops line ends. */
const LINE_COMMENT = `(?:-|%2d){2}(?:(?!${END}|${QUOTE}).){0,300}(?:${END}|(?=${QUOTE}))`
/** What InfluxQL has between two words. */
const GAP = `(?:${SPACE}|${BLOCK_COMMENT}|${LINE_COMMENT})`

/** `CREATE USER … WITH PASSWORD '…'` and `SET PASSWORD FOR … = '…'`, of which InfluxDB shows the password in no log either. */
const PASSWORD = new RegExp(
  `(password(?:${GAP}+for(?:(?!${QUOTE}|&).){0,300}|${GAP}*)${QUOTE})(?:[^'%\\\\]+|${ESCAPED}|(?!${QUOTE}).)*`,
  'gis',
)
/** A letter that is encoded, which none needs to be. */
const LETTER = /%(?:[46][1-9a-f]|[57][0-9a])/gi

/**
 * A URL, a path or a form, to be shown.
 *
 * @see InfluxDB 1.8 documentation, "Manage authentication and authorization"
 */
export function shownUrl(url: string | URL): string {
  const shown = redactUrl(url)
  const plain = shown.replace(LETTER, decodeURIComponent)
  return plain.search(PASSWORD) < 0 ? shown : plain.replace(PASSWORD, '$1[redacted]')
}
