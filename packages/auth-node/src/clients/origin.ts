// Where a client's server is, from the URLs that the client is given.

import { createTarget, TargetError } from '@fluxauth/auth-core/client'

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

/** The server's URL, and that of the proxy before it, in the form that every parser reads alike. */
export interface ServerUrls {
  readonly url: string
  readonly proxyUrl?: string
  /** The one of the two that requests over HTTP go to. */
  readonly server: string
}

/**
 * Reads the URL of a server and of a proxy that is named beside it. What is sent to the proxy goes on to the server as its URL says, so
 * plain http is for this machine in both.
 *
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 */
export function readServer(
  url: string,
  proxyUrl: string | undefined,
  allowInsecure: boolean | undefined,
): ServerUrls {
  const target = createTarget({ origin: originOf(url), allowInsecure })
  const { href } = target.resolve(url)
  if (!proxyUrl) return { url: href, server: href }
  const proxy = createTarget({ origin: originOf(proxyUrl), allowInsecure }).resolve(proxyUrl).href
  return { url: href, proxyUrl: proxy, server: proxy }
}
