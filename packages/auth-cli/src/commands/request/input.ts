// What the arguments of `fluxauth request` say: where to, how, with what, and for how long at most.

import { readFile } from 'node:fs/promises'
import { isSecretName } from '@fluxauth/auth-core'
import { resolveUrl } from '@fluxauth/auth-node'
import { isCompatible } from '../../endpoints.ts'
import { isAddress } from '../../input/address.ts'
import { readStandardInputBytes } from '../../input/secret.ts'
import { usage } from '../../output/errors.ts'
import { shownUrl } from '../../output/shown-url.ts'
import { warn } from '../../output/warn.ts'
import { findHost } from '../../profile/find-credential.ts'

const METHODS_WITHOUT_BODY = /^(GET|HEAD)$/
/** RFC 9110, section 5.6.2: a method is a token. */
const METHOD = /^[\w!#$%&'*+.^`|~-]+$/
/** What `fetch` refuses to send (Fetch standard, section 2.2.1). */
const FORBIDDEN_METHOD = /^(CONNECT|TRACE|TRACK)$/

/**
 * The URL to call: a whole one, or a path below the server that the environment or the profile names.
 *
 * @throws {UsageError} `ERR_USAGE`
 */
export async function readTarget(target: string): Promise<URL> {
  const server = isAddress(target) ? undefined : await findHost()
  if (server === undefined && !/^https?:\/\//i.test(target)) {
    throw usage(
      'Write the URL with its http:// or https://, or log in with fluxauth login (or set INFLUX_HOST) for a path below a server',
    )
  }
  let url: URL
  try {
    url = new URL(server ? resolveUrl(server, target) : target)
  } catch (error) {
    if (server) throw error
    throw usage('That is not a URL: write it like https://localhost:8086/api/v2/buckets')
  }
  if (url.username || url.password) {
    throw usage(
      'Take user name and password out of the URL, and use --user: an argument stays in the history',
    )
  }
  if (shownUrl(url) !== url.href) {
    warn(
      'The URL has a secret in it, which stays in the history and in logs: use --user or INFLUX_TOKEN',
      'url',
    )
  }
  return url
}

/** @throws {UsageError} `ERR_USAGE` for what is no method, or none that can be sent */
export function readMethod(given: string): string {
  const method = given.toUpperCase()
  if (/^https?:/i.test(given)) throw usage('The method comes first: fluxauth request GET URL')
  if (!METHOD.test(method)) throw usage('That is no HTTP method: use GET, POST, PUT, PATCH, DELETE or HEAD')
  if (FORBIDDEN_METHOD.test(method)) throw usage(`${method} cannot be sent from here`)
  return method
}

/**
 * The milliseconds of `--timeout`.
 *
 * @throws {UsageError} `ERR_USAGE`: timers wait no longer than 24 days, and not at all when told to
 */
export function readTimeout(given: string): number {
  const milliseconds = /^(\d+(\.\d*)?|\.\d+)$/.test(given) ? Math.ceil(Number(given) * 1000) : 0
  if (milliseconds < 1) throw usage('--timeout takes a number of seconds, like 30 or 0.5')
  if (milliseconds > 2 ** 31 - 1) throw usage('--timeout is 2147483 seconds (24 days) at most')
  return milliseconds
}

/**
 * The headers of `--header`: lines, or files of lines.
 *
 * @throws {UsageError} `ERR_USAGE`
 */
export async function readHeaders(given: readonly string[]): Promise<Headers> {
  const headers = new Headers()
  for (const item of given) {
    const lines = item.startsWith('@') ? await readLines(item.slice(1)) : [item]
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).trim()
      if (colon < 1 || !METHOD.test(name)) throw usage("A --header is written like 'Name: value'")
      if (/^(proxy-)?authorization$/i.test(name)) {
        throw usage('The credential is no --header: use --user, --token-stdin or INFLUX_TOKEN')
      }
      if (!item.startsWith('@') && isSecretName(name)) {
        warn(
          'A --header with a secret stays in the history: put the line in a file, and use --header @file',
          name,
        )
      }
      try {
        headers.append(name, line.slice(colon + 1).trim())
      } catch {
        throw usage('The value of a --header holds a character that no header can carry')
      }
    }
  }
  return headers
}

/**
 * The body of `--data`: text, a file, or standard input.
 *
 * @throws {UsageError} `ERR_USAGE`
 */
export async function readBody(
  given: string | undefined,
  method: string,
): Promise<string | Uint8Array<ArrayBuffer> | undefined> {
  if (given === undefined) return undefined
  if (METHODS_WITHOUT_BODY.test(method)) throw usage(`${method} takes no --data: use POST, PUT or PATCH`)
  if (given === '@-') return readStandardInputBytes()
  if (given.startsWith('@')) return readNamed(given.slice(1), 'data')
  if (holdsSecret(given)) {
    warn(
      '--data has a secret in it, which stays in the history: put it in a file, and use --data @file',
      'data',
    )
  }
  return given
}

/**
 * What a body is where no header says it: at `/query` InfluxDB reads the parameters of a form alone, as curl sends them with `--data`.
 *
 * @returns the `Content-Type`; `undefined` where the body itself tells enough
 */
export function typeOfBody(path: string, body: string | Uint8Array | undefined): string | undefined {
  if (body === undefined || !isCompatible(path) || !path.endsWith('/query')) return undefined
  const start = typeof body === 'string' ? body : Buffer.from(body.subarray(0, 64)).toString('latin1')
  return /^[a-z_]+=/.test(start) ? 'application/x-www-form-urlencoded' : undefined
}

/** Whether a form or JSON that was typed names a secret. */
function holdsSecret(text: string): boolean {
  if (/^[\w.%[\]-]+=\S*$/.test(text) && shownUrl(`?${text}`) !== `?${text}`) return true
  return [...text.matchAll(/"([^"\\]{1,200})"\s*:\s*["\d]/g)].some(([, name = '']) => isSecretName(name))
}

async function readLines(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readNamed(path, 'header'))
  return text.split(/\r?\n/).filter((line) => line.trim() !== '')
}

async function readNamed(path: string, option: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw usage(`The file of --${option} cannot be read (${code})`)
  }
}
