// The origin of a client's server, from the URL that the client is given.

import { TargetError } from '@fluxauth/auth-core/client'

/**
 * Reads the origin of a URL, whose path is the client's business.
 *
 * @throws {TargetError} `ERR_TARGET_ORIGIN` when it is not a http or https URL; Node's own error would show it, password included
 */
export function originOf(url: string): string {
  if (URL.canParse(url)) {
    const { protocol, origin } = new URL(url)
    if (protocol === 'https:' || protocol === 'http:') return origin
  }
  throw new TargetError('ERR_TARGET_ORIGIN', "The server's URL is written like https://localhost:8086")
}
