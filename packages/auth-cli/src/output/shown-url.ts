// URLs as they are shown: without what redactUrl hides, and without the passwords that InfluxQL has in its statements.

import { redactUrl } from '@fluxauth/auth-core'

/** A space, a quote, and what a backslash takes its meaning from, as they stand in a URL or a form. */
const SPACE = '(?:\\+|%20|%09|%0a|%0d|\\s)'
const QUOTE = "(?:'|%27)"
const ESCAPED = '(?:\\\\|%5c)(?:%..|.)'

/** `CREATE USER … WITH PASSWORD '…'` and `SET PASSWORD FOR … = '…'`, of which InfluxDB shows the password in no log either. */
const PASSWORD = new RegExp(
  `(password(?:${SPACE}+for(?:(?!=|%3d|&).){0,300}(?:=|%3d))?${SPACE}*${QUOTE})(?:[^'%\\\\]+|${ESCAPED}|(?!${QUOTE}).)*`,
  'gis',
)

/**
 * A URL, a path or a form, to be shown.
 *
 * @see InfluxDB 1.8 documentation, "Manage authentication and authorization"
 */
export function shownUrl(url: string | URL): string {
  return redactUrl(url).replace(PASSWORD, '$1[redacted]')
}
