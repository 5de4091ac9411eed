// A token in a file that someone else replaces: a mounted secret, rotated without a restart.

import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import { readSecretFile } from './file.ts'
import { readPlain, readToken } from './secret.ts'
import { type CredentialFinder, defineSource } from './source.ts'

/** Options of {@link fromTokenFile}. */
export interface TokenFileOptions {
  /** The scheme to send the token with. Default `'token'`. */
  readonly scheme?: 'token' | 'bearer' | undefined
  /** Refuse a file that others can read. Default `false`: secrets mounted into a container often are world-readable. */
  readonly ownerOnly?: boolean | undefined
}

/**
 * Reads an API token from a file, anew for each request: when the file is replaced, in place or by swapping a symbolic link as
 * Kubernetes does, the next request uses the new token. White space around the token is dropped.
 *
 * @param path of the file
 * @param options `scheme` and `ownerOnly`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_ABSENT`, `_INVALID` or `_PERMISSIONS`
 * @example
 * import { authFetch, fromTokenFile } from '@fluxauth/auth-node'
 *
 * const credentials = fromTokenFile('/run/secrets/influx-token')
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials })
 */
export function fromTokenFile(path: string, options: TokenFileOptions = {}): CredentialFinder {
  checkOptions({ path: path ?? null, ...options }, RULES) // a path that is not set is no path
  const { scheme = 'token', ownerOnly = false } = options
  return defineSource(`token file ${path}`, async () => {
    let text = await readSecretFile(path, { ownerOnly })
    // A file that is written in place is empty for a moment.
    for (let again = 0; !readPlain(text) && again < 5; again++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      text = await readSecretFile(path, { ownerOnly })
    }
    return { credentials: { scheme, token: readToken(text, path) }, source: path }
  })
}

const RULES = {
  path: allowed.string(/./, 'a path'),
  scheme: allowed.oneOf('token', 'bearer'),
  ownerOnly: allowed.boolean,
}
