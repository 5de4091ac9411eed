// A token in a file that someone else replaces: a mounted secret, rotated without a restart.

import { readSecretFile } from './file.ts'
import { type CredentialFinder, defineSource, SourceError } from './source.ts'

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
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials: fromTokenFile('/run/secrets/influx-token') })
 */
export function fromTokenFile(path: string, options: TokenFileOptions = {}): CredentialFinder {
  const { scheme = 'token', ownerOnly = false } = options
  return defineSource(`token file ${path}`, async () => {
    const read = async () => (await readSecretFile(path, { ownerOnly })).trim()
    let token = await read()
    // A file that is written in place is empty for a moment.
    for (let again = 0; !token && again < 5; again++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      token = await read()
    }
    if (!token) throw new SourceError('ERR_SOURCE_INVALID', `${path} is empty: write the token into it`)
    return { credentials: { scheme, token }, source: path }
  })
}
