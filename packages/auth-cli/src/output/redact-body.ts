// Takes the secrets out of an answer's body as it arrives: JSON, lines of JSON, CSV and form fields, told by the names of their members.
//
// Bodies are strings of bytes here (Latin-1), so that what is not hidden goes out as it came in, whatever its encoding.

import { isSecretName } from '@fluxauth/auth-core'
import { EXIT, UsageError } from './errors.ts'
import { shownUrl } from './shown-url.ts'

const REDACTED = '[redacted]'

/** Hides the secrets of a body, which is given piece by piece. */
export interface BodyRedactor {
  /**
   * Takes the next piece.
   *
   * @returns as much of the body as can be told by now
   * @throws {UsageError} `ERR_ANSWER_LONG`
   */
  write(piece: string): string
  /** Says that there is no more, and returns the rest. */
  end(): string
}

interface Limits {
  /** In bytes: a line that is longer is told as it arrives, where one can tell how far. */
  readonly line: number
  /** In bytes: how much may wait for what it is part of to end. */
  readonly waiting: number
}
const LIMITS: Limits = { line: 2 ** 20, waiting: 2 ** 28 }

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
export function bodyRedactor(type: string | null, limits: Limits = LIMITS): BodyRedactor | undefined {
  const [media = ''] = (type ?? 'text/plain').toLowerCase().split(';')
  if (/\bcsv\b/.test(media)) return byLine(csvRedactor(), limits)
  if (media.includes('x-www-form-urlencoded')) return byLine((line) => shownUrl(`?${line}`).slice(1), limits)
  return /^text\/|json|javascript|xml/.test(media) ? byLine(jsonRedactor(), limits, lastPart) : undefined
}

/**
 * Redacts line by line; a line that is long as it arrives, where one can tell how far.
 *
 * @param until how much of a line that goes on can be told
 */
function byLine(
  redact: (line: string) => string,
  { line, waiting }: Limits,
  until: (start: string) => number = () => 0,
): BodyRedactor {
  let rest = ''
  let long = line
  return {
    write(piece) {
      const end = piece.lastIndexOf('\n') + 1
      let told = ''
      if (end > 0) {
        told = (rest + piece.slice(0, end)).replace(/[^\n]*\n/g, redact)
        rest = ''
        long = line
      }
      rest += piece.slice(end)
      if (rest.length >= long) {
        const at = until(rest)
        if (at > 0) told += redact(rest.slice(0, at))
        rest = rest.slice(at)
        // Not looked at again until there is as much once more: it takes no longer than what arrives does.
        long = Math.max(line, 2 * rest.length)
      }
      if (rest.length <= waiting) return told
      throw new UsageError(
        'ERR_ANSWER_LONG',
        'The answer has a line too long to take its secrets out: leave it as it is with --reveal',
        EXIT.http,
      )
    },
    end: () => (rest === '' ? '' : redact(rest)),
  }
}

/** A bracket, a comma, where a string begins, or what stands between. */
const JSON_PART = /[[\]{},"]|[^\s"[\]{},]+/g
const COLON = /\s*:/y

/**
 * Walks through JSON, or what looks like it. It takes a string by its end: a regular expression for all of one gives up at some 10 MB.
 *
 * @param visit is called for each part; a name is a string with its colon, and is told besides
 */
function walk(text: string, visit: (start: number, end: number, name: string | undefined) => void): void {
  JSON_PART.lastIndex = 0
  for (let found = JSON_PART.exec(text); found; found = JSON_PART.exec(text)) {
    const { index: start } = found
    if (found[0] !== '"') {
      visit(start, JSON_PART.lastIndex, undefined)
      continue
    }
    const quote = closingQuote(text, start + 1)
    COLON.lastIndex = quote + 1
    const isName = COLON.test(text)
    const end = isName ? COLON.lastIndex : text[quote] === '"' ? quote + 1 : quote
    JSON_PART.lastIndex = end
    visit(start, end, isName ? text.slice(start + 1, quote) : undefined)
  }
}

/** Where the string ends that began before: with its line, at the latest. */
function closingQuote(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = quote
    while (escapes > from && text[escapes - 1] === '\\') escapes--
    if ((quote - escapes) % 2 === 0) return quote
  }
  return text.endsWith('\n') ? text.length - 1 : text.length
}

/** Where the last part starts of a line that goes on: it may be half a part, or half of what can be told of it. */
function lastPart(text: string): number {
  let last = 0
  walk(text, (start) => {
    last = start
  })
  return last
}

function jsonRedactor(): (line: string) => string {
  /** Whether the values here are secrets: for each bracket that is open, and the outermost. */
  const open = [false]
  let hides = false
  const isSecret = (part: string): boolean => {
    switch (part) {
      case '[': // a list of secrets, but not what is below names of its own
        open.push(hides)
        return false
      case '{':
        open.push(false)
        hides = false
        return false
      case ']':
      case '}':
        if (open.length > 1) open.pop()
        hides = false
        return false
      case ',':
        hides = open.at(-1) ?? false
        return false
    }
    return hides && !/^(true|false|null|:)$/.test(part)
  }
  return (line) => {
    let told = ''
    let toldUntil = 0
    walk(line, (start, end, name) => {
      if (name !== undefined) {
        hides = isSecretName(unescapeName(name))
      } else if (isSecret(line.slice(start, end))) {
        told += `${line.slice(toldUntil, start)}"${REDACTED}"`
        toldUntil = end
      }
    })
    return told + line.slice(toldUntil)
  }
}

function unescapeName(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

/** InfluxDB's CSV has tables one after the other, an empty line between them, and annotations before their names. */
function csvRedactor(): (line: string) => string {
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
    const cells = content.match(/(?<=^|,)("(?:[^"]+|"")*"?|[^,]*)/g) ?? []
    if (!secret) {
      secret = new Set(cells.flatMap((name, index) => (isSecretName(name) ? [index] : [])))
      return line
    }
    const { size } = secret
    return size ? cells.map((cell, index) => (secret?.has(index) ? REDACTED : cell)).join(',') + end : line
  }
}
