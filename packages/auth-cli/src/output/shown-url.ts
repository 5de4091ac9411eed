// URLs as they are shown: without what redactUrl hides, and without the passwords that InfluxQL has in its statements.

import { redactUrl } from '@fluxauth/auth-core'

/** Text as it stands in a URL or a form: each of these characters as it is, or encoded. */
const SLASH = '(?:/|%2f)'
const STAR = '(?:\\*|%2a)'
const END = '(?:\\n|%0a)'
const QUOTE = "(?:'|%27)"
/** What a backslash takes its meaning from. */
const ESCAPED = '(?:\\\\|%5c)(?:%..|.)'
/** What InfluxQL has between two words: white space and comments. */
const GAP = `(?:\\+|%20|%09|%0a|%0d|\\s|${SLASH}${STAR}(?:(?!${STAR}${SLASH}).){0,300}${STAR}${SLASH}|(?:-|%2d){2}(?:(?!${END}|${QUOTE}).){0,300}(?:${END}|(?=${QUOTE})))`

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
