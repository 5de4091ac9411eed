// A token in a file that someone else replaces: a mounted secret, rotated without a restart.

import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import { TIMEOUT } from './deadline.ts'
import { readSecretFile } from './file.ts'
import { forgetPipes } from './pipe.ts'
import { readToken } from './secret.ts'
import { type CredentialFinder, defineSource } from './source.ts'

/** Options of {@link fromTokenFile}. */
export interface TokenFileOptions {
  /** The scheme to send the token with. Default `'token'`. */
  readonly scheme?: 'token' | 'bearer' | undefined
  /**
   * Refuse a file that others can read, or that is neither this user's nor root's. Default `false`: secrets mounted into a container
   * often are world-readable, or belong to a user of the host.
   */
  readonly ownerOnly?: boolean | undefined
  /** Longest time to wait, in milliseconds. Default 3,000. */
  readonly timeout?: number | undefined
}

/**
 * Reads an API token from a file, anew for each request: when the file is replaced, in place or by swapping a symbolic link as
 * Kubernetes does, the next request uses the new token. White space around the token is dropped, and InfluxDB 3's own file
 * (`--admin-token-file`) is read for its `token`.
 *
 * A pipe can be read once, and what it gave is kept: that of `<(…)` and `/dev/stdin` for good, that of a FIFO until a server refuses it.
 *
 * @param path of the file
 * @param options `scheme`, `ownerOnly` and `timeout`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_ABSENT`, `_INVALID`, `_PERMISSIONS` or `_TIMEOUT`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authFetch, fromTokenFile } from '@fluxauth/auth-node'
 *
 * const credentials = fromTokenFile('/run/secrets/influx-token')
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials })
 */
export function fromTokenFile(path: string, options: TokenFileOptions = {}): CredentialFinder {
  const given = { path: path ?? null, ...options } // a path that is not set is no path
  const { scheme = 'token', ownerOnly = false, timeout } = checkOptions(given, RULES)
  return defineSource(
    `token file ${path}`,
    async () => {
      const text = await readSecretFile(path, { ownerOnly, timeout })
      return { credentials: { scheme, token: readToken(text, path) }, source: path }
    },
    forgetPipes,
  )
}

const RULES = {
  path: allowed.string(/./, 'a path'),
  scheme: allowed.oneOf('token', 'bearer'),
  ownerOnly: allowed.boolean,
  timeout: TIMEOUT,
}
