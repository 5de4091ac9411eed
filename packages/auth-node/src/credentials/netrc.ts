// User names and passwords by host, from the `.netrc` file that curl, git and others read.

import { join } from 'node:path'
import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import { TIMEOUT } from './deadline.ts'
import { readSecretFile } from './file.ts'
import { homeFolder } from './home.ts'
import { readBasic } from './secret.ts'
import { type CredentialFinder, defineSource, SourceError } from './source.ts'

/** Options of {@link fromNetrc}. */
export interface NetrcOptions {
  /** The file. Default: `NETRC`, else `~/.netrc` (`~/_netrc` on Windows). */
  readonly path?: string | undefined
  /** Take the entry with this user name. Default: the first entry of the host. */
  readonly username?: string | undefined
  /** Longest time to wait for the file, in milliseconds. Default 3,000. */
  readonly timeout?: number | undefined
}

/** One entry of a netrc file. */
export interface NetrcEntry {
  /** Host name, or `undefined` for `default`. */
  readonly machine: string | undefined
  readonly login: string | undefined
  readonly password: string | undefined
}

/**
 * Looks up user name and password by the host that is called, as curl does: the first `machine` of that name (in any case), or
 * `default`. Neither port nor scheme count in a netrc file: its entry goes to every port of the host, over http as well.
 *
 * @param options `path`, `username` and `timeout`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_ABSENT`, `ERR_SOURCE_PERMISSIONS` (others can read the
 *   file, or it is another user's), `ERR_SOURCE_TIMEOUT` or `ERR_SOURCE_INVALID`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authFetch, fromNetrc } from '@fluxauth/auth-node'
 *
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials: fromNetrc() })
 * @see curl's manual, ".netrc"
 */
export function fromNetrc(options: NetrcOptions = {}): CredentialFinder {
  options = checkOptions(options, {
    path: allowed.string(/./, 'a path'),
    username: allowed.string(),
    timeout: TIMEOUT,
  })
  const { path, username, timeout } = options
  return defineSource('netrc', async (context) => {
    if (!context)
      throw new SourceError('ERR_SOURCE_ABSENT', 'netrc is looked up by host, and none is known yet')
    const file =
      path ?? (process.env.NETRC || join(homeFolder(), process.platform === 'win32' ? '_netrc' : '.netrc'))
    const host = new URL(context.origin).hostname.replace(/^\[|\]$/g, '').toLowerCase()
    const entry = parseNetrc(await readSecretFile(file, { timeout }), file).find(
      ({ machine, login }) =>
        (machine === undefined || machine.toLowerCase() === host) &&
        (username === undefined || login === username),
    )
    if (!entry || (entry.login === undefined && entry.password === undefined)) {
      const what = entry ? 'neither login nor password' : 'no entry'
      const whose = username === undefined ? '' : ' with the user name that was asked for'
      throw new SourceError('ERR_SOURCE_ABSENT', `${file} has ${what} for ${host}${whose}`)
    }
    const source = `${file}, ${entry.machine === undefined ? 'default' : `machine ${entry.machine}`}`
    const given = { username: entry.login ?? '', password: entry.password ?? '' }
    const place = { username: `The login of ${source}`, password: `The password of ${source}` }
    return { credentials: readBasic(given, place), source }
  })
}

/** White space of ASCII alone: one that does not break is part of a password. */
const SPACE = /[\t\v\f\r ]/

/** What a backslash stands for in a quoted word; any other character stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/**
 * Reads a netrc file with curl's grammar: words separated by white space, `"quoted words"` with backslash escapes; keywords in any
 * case; words that are not known are passed over, and so is a second `login` or `password` of an entry that has both; `#` at the start of
 * a word makes the rest of the line a comment; a `macdef` lasts until an empty line.
 *
 * @throws {SourceError} `ERR_SOURCE_INVALID` with the number of the line, where a quoted word has no end
 */
export function parseNetrc(text: string, path = 'netrc'): NetrcEntry[] {
  const entries: { machine: string | undefined; login: string | undefined; password: string | undefined }[] =
    []
  /** What the next word is the value of. */
  let expects: 'machine' | 'login' | 'password' | undefined
  let inMacro = false
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (inMacro) {
      inMacro = Array.from(line).some((character) => !SPACE.test(character))
      continue
    }
    for (const word of readWords(line, `${path}, line ${index + 1}`)) {
      const entry = entries.at(-1)
      if (expects) {
        if (expects === 'machine') entries.push({ machine: word, login: undefined, password: undefined })
        else if (entry && (entry.login === undefined || entry.password === undefined)) entry[expects] = word
        expects = undefined
        continue
      }
      const keyword = word.toLowerCase()
      if (keyword === 'macdef') {
        inMacro = true
        break
      }
      if (keyword === 'default') entries.push({ machine: undefined, login: undefined, password: undefined })
      if (keyword === 'machine' || (entry && (keyword === 'login' || keyword === 'password')))
        expects = keyword
    }
  }
  return entries
}

/** The words of a line, up to a comment. */
function readWords(line: string, place: string): string[] {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (SPACE.test(line.charAt(at))) at++
    if (at >= line.length || line[at] === '#') return words
    let word = ''
    if (line[at] === '"') {
      for (at++; line[at] !== '"'; at++) {
        if (line[at] === '\\') {
          at++
          word += ESCAPES[line.charAt(at)] ?? line.charAt(at)
        } else word += line.charAt(at)
        if (at >= line.length)
          throw new SourceError('ERR_SOURCE_INVALID', `${place}: a quoted word has no end`)
      }
      at++
    } else {
      while (at < line.length && !SPACE.test(line.charAt(at))) word += line.charAt(at++)
    }
    words.push(word)
  }
}
