// Which of a product's endpoints a path is one of: its own API, or what it has for clients of version 1.

import type { Endpoints, Product } from '@fluxauth/auth-core/influxdb'

/** Whether a path is one of those for clients of version 1. */
export function isCompatible(path: string): boolean {
  return /(?<!\/api\/v\d)\/(query|write)$/.test(path)
}

/** Whether a path is where one signs in. */
export function isSignIn(path: string): boolean {
  return path.endsWith('/api/v2/signin')
}

/** What is taken at a path. */
export function endpointsAt({ api, compatible = api }: Product, path: string): Endpoints {
  return isCompatible(path) ? compatible : api
}
