// Node's `fetch` with a credential that goes to its own origin and nowhere else.

import {
  type AuthorizerOptions,
  allowed,
  authorizerRules,
  checkOptions,
  createAuthorizer,
  withAuth,
} from '@fluxauth/auth-core/client'
import { leaveOutGlobalProxy, leaveOutProxy, originsInClear } from './clients/environment-proxy.ts'

/** Options of {@link authFetch}. */
export interface AuthFetchOptions extends AuthorizerOptions {
  /** The `fetch` to wrap. Default: Node's own. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

const RULES = { ...authorizerRules, fetch: allowed.callback }

/**
 * Makes a `fetch` that authenticates to one server.
 *
 * The `Authorization` header goes to the bound origin only, over https or to this machine, and is dropped on the first redirect to
 * another origin. Relative URLs are resolved against the origin. All else is Node's `fetch`.
 *
 * @param options `origin` and `credentials` (an API token, credentials, or a function that returns either)
 * @returns a function with the signature of `fetch`
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`; the function it returns rejects with
 *   what `withAuth` names
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authFetch, fromEnv } from '@fluxauth/auth-node'
 *
 * const fetch = authFetch({ origin: 'http://localhost:8086', credentials: fromEnv() })
 * console.log((await fetch('/api/v2/buckets')).status) // 200
 * @see InfluxDB Cloud Serverless, API reference, "Authentication"
 */
export function authFetch(options: AuthFetchOptions): typeof globalThis.fetch {
  options = checkOptions(options, RULES)
  const { fetch = globalThis.fetch, ...bound } = options
  const authorizer = createAuthorizer(bound)
  return withAuth(withoutProxy(fetch, originsInClear(authorizer)), authorizer)
}

/** Has `fetch` call these origins without the proxy of the environment, whatever dispatcher there is at the moment. */
function withoutProxy(fetch: typeof globalThis.fetch, origins: readonly string[]): typeof globalThis.fetch {
  if (origins.length === 0) return fetch
  return (input, init) => {
    const { dispatcher } = init as { dispatcher?: object }
    if (dispatcher) leaveOutProxy(dispatcher, origins)
    else leaveOutGlobalProxy(origins)
    return fetch(input, init)
  }
}
