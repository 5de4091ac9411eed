// Which of a product's endpoints a path is one of: its own API, or what it has for clients of version 1.

import type { Credentials } from '@fluxauth/auth-core'
import type { Endpoints, Product } from '@fluxauth/auth-core/influxdb'

/** Whether a path is one of those for clients of version 1. */
export function isCompatible(path: string): boolean {
  return /(?<!\/api\/v\d)\/(query|write)$/.test(path)
}

/** Whether a path is where one signs in. */
export function isSignIn(path: string): boolean {
  return path.endsWith('/api/v2/signin')
}

/**
 * Whether a credential is of a kind that is taken there. A JWT at InfluxDB 1 is: it is signed with a secret that few servers have, so that
 * the table does not count it.
 */
export function isTaken(credentials: Credentials, at: Endpoints): boolean {
  if (at[credentials.scheme]) return true
  if (credentials.scheme === 'token') return at.tokenPair && credentials.token.includes(':')
  return (
    credentials.scheme === 'bearer' && at.basic === 'password' && credentials.token.split('.').length === 3
  )
}

/** What is taken at a path. */
export function endpointsAt({ api, compatible = api }: Product, path: string): Endpoints {
  return isCompatible(path) ? compatible : api
}
