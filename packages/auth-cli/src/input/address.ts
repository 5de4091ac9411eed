// Addresses, as people write them.

import { usage } from '../output/errors.ts'

/** @throws {UsageError} `ERR_USAGE` for what is no address with http or https, and for one that has a user name or password in it */
export function readAddress(text: string): URL {
  const url = parseAddress(text)
  if (url.username || url.password) {
    throw usage(
      'Take user name and password out of the address, and use --user: an argument stays in the history',
    )
  }
  return url
}

/** As {@link readAddress}, for whoever says by itself what a user name or password in it does. */
export function parseAddress(text: string): URL {
  if (!/^https?:\/\//i.test(text)) {
    throw usage('Write the address with its http:// or https://, like http://localhost:8086')
  }
  if (!URL.canParse(text)) throw usage('That is no address: write it like http://localhost:8086')
  return new URL(text)
}

/** Whether it is an address, also one whose http:// was left out: a host before the first slash, with a dot or a colon in it. */
export function isAddress(text: string): boolean {
  return /^[[a-z\d][^/?#\\]*[:.]/i.test(text)
}

/**
 * The address of a server, which paths are put below.
 *
 * @returns it without slashes at its end
 * @throws {UsageError} `ERR_USAGE`, as `readAddress`, and where there is more than a path
 */
export function readServerAddress(text: string): string {
  const url = readAddress(text)
  // Also where nothing follows: a path that is put below would.
  if (/[?#]/.test(url.href)) throw usage('Give the address without its ? or #, and what follows')
  return url.href.replace(/\/+$/, '')
}
