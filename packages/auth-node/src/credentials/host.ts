// The server that a source names for its credential: whom the credential may go to, and below which path the API is.

import { type CredentialContext, TargetError } from '@fluxauth/auth-core/client'
import { SourceError } from './source.ts'

/**
 * Reads the URL of a server, as `INFLUX_HOST` and a profile's `url` have it.
 *
 * @param host the URL; a path in it is one that the API is below
 * @param what names it, for the message: it may hold a secret by mistake
 * @throws {SourceError} `ERR_SOURCE_INVALID`
 */
export function readHost(host: string, what: string): URL {
  if (!/^https?:\/\//i.test(host)) {
    throw new SourceError(
      'ERR_SOURCE_INVALID',
      `${what} does not start with https:// (or http://): write it like http://localhost:8086`,
    )
  }
  const url = URL.canParse(host) ? new URL(host) : undefined
  if (!url) {
    throw new SourceError('ERR_SOURCE_INVALID', `${what} is not a URL: write it like https://localhost:8086`)
  }
  if (url.username || url.password) {
    throw new SourceError('ERR_SOURCE_INVALID', `${what} has a user name or password in it: take them out`)
  }
  if (url.search || url.hash) {
    throw new SourceError(
      'ERR_SOURCE_INVALID',
      `${what} has more than a path: take out all from the first ? or #`,
    )
  }
  return url
}

/**
 * Refuses a credential that is kept for another server than the one that is called.
 *
 * @param host the server that the credential is for
 * @param what the credential's place, for the message
 * @throws {SourceError} `ERR_SOURCE_ABSENT`
 */
export function checkHost(host: URL, what: string, context: CredentialContext | undefined): void {
  if (context && host.origin !== context.origin) {
    throw new SourceError('ERR_SOURCE_ABSENT', `${what} is for ${host.origin}, not for ${context.origin}`)
  }
}

/**
 * The URL of a path below a server: with `http://host/influx`, `/api/v2/buckets` is at `http://host/influx/api/v2/buckets`.
 *
 * A path never leads to another server, nor out of the server's own path: `//other/x` is a path like any other.
 *
 * @param host the server's URL, with or without a path, as `find()` tells it
 * @param path a path with its query; a whole URL is given back as it is
 * @returns the whole URL
 * @throws {TargetError} `ERR_TARGET_URL` when `path` leads out of the server's path, or `host` is not a http or https URL
 * @example
 * import { resolveUrl } from '@fluxauth/auth-node'
 *
 * resolveUrl('http://localhost:8086/influx', '/api/v2/buckets') // 'http://localhost:8086/influx/api/v2/buckets'
 */
export function resolveUrl(host: string, path: string): string {
  if (/^https?:\/\//i.test(path)) return path
  const base = URL.canParse(host) ? new URL(host) : undefined
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new TargetError('ERR_TARGET_URL', 'The server is not a http or https URL')
  }
  const folder = `${base.origin}${base.pathname.replace(/\/$/, '')}/`
  const { href } = new URL(folder + path.replace(/^\//, ''))
  if (!href.startsWith(folder)) {
    throw new TargetError('ERR_TARGET_URL', `The path leads out of ${base.pathname}: leave out its ..`)
  }
  return href
}
