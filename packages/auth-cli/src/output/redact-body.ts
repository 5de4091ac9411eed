// Takes the secrets out of an answer's body as it arrives: JSON, lines of JSON, CSV and form fields, told by the names of their members.
//
// Bodies are strings of bytes here (Latin-1), so that what is not hidden goes out as it came in, whatever its encoding.

import { isSecretName } from '@fluxauth/auth-core'
import { shownUrl } from './shown-url.ts'

const REDACTED = '[redacted]'

/** Hides the secrets of a body, which is given line by line, each with its line break. */
export type LineRedactor = (line: string) => string

/**
 * Finds how to redact a body.
 *
 * Hidden are values of members, columns and fields whose name {@link isSecretName} knows, in JSON (also several values one after the other),
 * in CSV with a line of names, and in `application/x-www-form-urlencoded`. What else is text is read as JSON would be, since many a server
 * names it wrongly. Not hidden is a secret in prose, in XML, in HTML, or under a name that does not say so.
 *
 * @param type the `Content-Type`, if there is one
 * @returns `undefined` for what is no text: it has no names
 */
export function lineRedactor(type: string | null): LineRedactor | undefined {
  const [media = ''] = (type ?? 'text/plain').toLowerCase().split(';')
  if (/\bcsv\b/.test(media)) return csvRedactor()
  if (media.includes('x-www-form-urlencoded')) return (line) => shownUrl(`?${line}`).slice(1)
  return /^text\/|json|javascript|xml/.test(media) ? jsonRedactor() : undefined
}

/** A string with what follows it if that makes it a name; a bracket; or what stands between. */
const JSON_PART = /"((?:[^"\\]|\\.)*)"?(\s*:)?|[[\]{},]|[^\s"[\]{},]+/g

function jsonRedactor(): LineRedactor {
  /** Whether the values here are secrets: for each bracket that is open, and the outermost. */
  const open = [false]
  let hides = false
  return (line) =>
    line.replace(JSON_PART, (part, text: string | undefined, colon: string | undefined) => {
      if (colon) {
        hides = isSecretName(unescapeName(text ?? ''))
        return part
      }
      switch (part) {
        case '[': // a list of secrets, but not what is below names of its own
          open.push(hides)
          return part
        case '{':
          open.push(false)
          hides = false
          return part
        case ']':
        case '}':
          if (open.length > 1) open.pop()
          hides = false
          return part
        case ',':
          hides = open.at(-1) ?? false
          return part
      }
      return hides && !/^(true|false|null|:)$/.test(part) ? `"${REDACTED}"` : part
    })
}

function unescapeName(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

/** InfluxDB's CSV has tables one after the other, an empty line between them, and annotations before their names. */
function csvRedactor(): LineRedactor {
  let secret: ReadonlySet<number> | undefined
  let quoted = false
  return (line) => {
    const end = /\r?\n?$/.exec(line)?.[0] ?? ''
    const content = line.slice(0, line.length - end.length)
    // A line break within quotes ends no row. What it is part of cannot be told here, so that all of it goes where anything is hidden.
    const goesOn = quoted
    if ((content.split('"').length - 1) % 2 === 1) quoted = !quoted
    if (goesOn) return secret?.size ? `${REDACTED}${end}` : line
    if (content === '') secret = undefined
    if (content === '' || (content.startsWith('#') && !secret)) return line
    const cells = content.match(/(?<=^|,)("(?:[^"]|"")*"?|[^,]*)/g) ?? []
    if (!secret) {
      secret = new Set(cells.flatMap((name, index) => (isSecretName(name) ? [index] : [])))
      return line
    }
    const { size } = secret
    return size ? cells.map((cell, index) => (secret?.has(index) ? REDACTED : cell)).join(',') + end : line
  }
}
