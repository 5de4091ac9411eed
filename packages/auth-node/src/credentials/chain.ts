// Asks one source after the other, and says what it looked at when none has a credential.

import { AuthError, type Credentials } from '@fluxauth/auth-core'
import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import { fromEnv } from './env.ts'
import { CREDENTIALS, fromValue } from './explicit.ts'
import { fromInfluxConfigs, PROFILE } from './influx-configs.ts'
import { fromKeyring } from './keyring.ts'
import { fromNetrc } from './netrc.ts'
import { type CredentialFinder, defineSource, SourceError } from './source.ts'

/**
 * Asks sources in their order; the first that has a credential serves.
 *
 * A source that has nothing (`ERR_SOURCE_ABSENT`) or cannot work here (`ERR_SOURCE_UNAVAILABLE`) is passed over. Any other error ends
 * the search: to go on would mean to act as somebody else than the user set up.
 *
 * A credential that a server refused is invalidated at the source that gave it, or, when the chain did not give it, at every source.
 *
 * @param sources in the order to ask them
 * @returns a source; `get` and `find` reject with `SourceError` `ERR_SOURCE_CHAIN` when none has one, and say why for each
 * @throws {OptionsError} `ERR_OPTION_VALUE` for what is no list of sources
 * @example
 * import { chain, fromEnv, fromValue } from '@fluxauth/auth-node'
 *
 * await chain([fromEnv({ env: {} }), fromValue('my-token')]).get() // { scheme: 'token', token: 'my-token' }
 */
export function chain(sources: readonly CredentialFinder[]): CredentialFinder {
  checkOptions({ sources }, { sources: { wanted: 'a list of sources', test: isListOfSources } })
  // By what they gave: requests to several origins, or before and after a change, may be served by different sources.
  const servers = new WeakMap<Credentials, CredentialFinder>()
  return defineSource(
    'chain',
    async (context) => {
      const reasons: string[] = []
      for (const source of sources) {
        try {
          const found = await source.find(context)
          servers.set(found.credentials, source)
          return found
        } catch (error) {
          // Of whichever class: a source may be of another copy of this module, or have a class of its own.
          const passable =
            AuthError.is(error) && ['ERR_SOURCE_ABSENT', 'ERR_SOURCE_UNAVAILABLE'].includes(error.code)
          if (!passable) throw error
          reasons.push(`- ${source.source}: ${error.message}`)
        }
      }
      throw new SourceError(
        'ERR_SOURCE_CHAIN',
        reasons.length > 0
          ? ['No credential was found. Looked at:', ...reasons].join('\n')
          : 'No credential was found: the chain has no sources',
      )
    },
    (credentials) => {
      const server = servers.get(credentials)
      for (const source of server ? [server] : sources) source.invalidate?.(credentials)
    },
  )
}

/** Options of {@link defaultChain}. */
export interface DefaultChainOptions {
  /** The credential in hand, if there is one: it comes first. */
  readonly credentials?: string | Credentials | undefined
  /** Profile of the influx CLI's configs. Default: as the CLI chooses. */
  readonly profile?: string | undefined
}

/**
 * The chain that suits most programs. In this order: the credential in hand, the environment, the influx CLI's configs, netrc, the
 * operating system's keyring.
 *
 * @param options `credentials` and `profile`
 * @returns the chain, see {@link chain}
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authFetch, defaultChain } from '@fluxauth/auth-node'
 *
 * const fetch = authFetch({ origin: 'http://localhost:8086', credentials: defaultChain() })
 * console.log((await fetch('/api/v2/buckets')).status) // 200
 */
export function defaultChain(options: DefaultChainOptions = {}): CredentialFinder {
  options = checkOptions(options, { credentials: CREDENTIALS, profile: PROFILE })
  const { credentials, profile } = options
  return chain([
    fromValue(credentials),
    fromEnv(),
    fromInfluxConfigs({ profile }),
    fromNetrc(),
    fromKeyring(),
  ])
}

function isListOfSources(value: unknown): boolean {
  return Array.isArray(value) && value.every(allowed.having('find', 'get').test)
}
