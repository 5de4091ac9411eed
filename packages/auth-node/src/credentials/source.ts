// What every credential source is: it finds a credential, says where, or says why it has none.

import type { Credentials } from '@fluxauth/auth-core'
import { AuthError, type CredentialContext, type CredentialProvider } from '@fluxauth/auth-core/client'

/** Why a source has no credential to give. */
export type SourceErrorCode =
  /** Nothing is there: a chain asks its next source. */
  | 'ERR_SOURCE_ABSENT'
  /** The source cannot work on this machine: a chain asks its next source. */
  | 'ERR_SOURCE_UNAVAILABLE'
  /** What is there cannot be used: it is malformed, contradictory or too large. */
  | 'ERR_SOURCE_INVALID'
  /** Others than the owner can read the file, or it is another user's. */
  | 'ERR_SOURCE_PERMISSIONS'
  /** The source took too long. */
  | 'ERR_SOURCE_TIMEOUT'
  /** No source of a chain had a credential; the message lists them. */
  | 'ERR_SOURCE_CHAIN'

/** A source has no credential to give. The message says what to do, and holds no credential. */
export class SourceError extends AuthError<SourceErrorCode> {
  constructor(code: SourceErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, undefined, options)
  }

  override get name(): string {
    return 'SourceError'
  }
}

/** A credential, and where it was found. */
export interface Found {
  /** Not enumerable, so that no copy shows it. */
  readonly credentials: Credentials
  /** For people: a variable's name, a file's path. */
  readonly source: string
  /** The server the source names for it, if it names one, as it is written there: `INFLUX_HOST`, a profile's `url`. */
  readonly host?: string | undefined
  /** Scheme, host and port of `host`: what a client is to be bound to. See {@link resolveUrl} for paths below `host`. */
  readonly origin?: string | undefined
  /** The organization the source names beside it: `INFLUX_ORG`, a profile's `org`. */
  readonly org?: string | undefined
}

/** A provider that also says where its credential was found. */
export interface CredentialFinder extends CredentialProvider {
  /** For people: what this source is, for example `environment`. */
  readonly source: string
  /** The credential and where it was found; rejects with {@link SourceError}. */
  find(context?: CredentialContext): Promise<Found>
  /** The credential alone; rejects as `find` does. */
  get(context?: CredentialContext): Promise<Credentials>
}

/**
 * Makes a source.
 *
 * @param source what this source is, for people
 * @param find finds the credential, or throws {@link SourceError}
 * @param invalidate drops what is cached, after a server refused it
 * @example
 * import { defineSource, SourceError } from '@fluxauth/auth-node'
 *
 * const vault = new Map([['http://localhost:8086', 'my-token']])
 * const fromVault = defineSource('vault', (context) => {
 *   const token = vault.get(context?.origin ?? '')
 *   if (token === undefined) throw new SourceError('ERR_SOURCE_ABSENT', 'The vault has nothing for this server')
 *   return { credentials: { scheme: 'token', token }, source: 'vault' }
 * })
 * console.log((await fromVault.find({ origin: 'http://localhost:8086' })).source) // vault
 */
export function defineSource(
  source: string,
  find: (context: CredentialContext | undefined) => Found | Promise<Found>,
  invalidate?: (credentials: Credentials) => void,
): CredentialFinder {
  return {
    source,
    find: async (context) => {
      const { credentials, source, host, org } = await find(context)
      const origin = host && URL.canParse(host) ? new URL(host).origin : undefined
      const shown = { source, ...(host && { host }), ...(origin && { origin }), ...(org && { org }) }
      return conceal(shown, { credentials }, { credentials: `${credentials.scheme} [redacted]` })
    },
    get: async (context) => (await find(context)).credentials,
    ...(invalidate && { invalidate }),
  }
}

/**
 * Makes a source whose search costs something: what it found is kept until a server refuses it. Concurrent requests share one search.
 *
 * @param source what this source is, for people
 * @param keyOf what a find is good for; requests with the same key share it
 * @param search finds the credential, or throws {@link SourceError}
 */
export function defineKeptSource(
  source: string,
  keyOf: (context: CredentialContext | undefined) => string,
  search: (context: CredentialContext | undefined) => Promise<Found>,
): CredentialFinder {
  const searches = new Map<string, { readonly found: Promise<Found>; credentials?: Credentials }>()
  return defineSource(
    source,
    (context) => {
      const key = keyOf(context)
      const kept = searches.get(key)
      if (kept) return kept.found
      const started: { found: Promise<Found>; credentials?: Credentials } = {
        found: search(context).then(
          (found) => {
            // All who ask are handed this very one.
            const credentials = Object.freeze({ ...found.credentials })
            started.credentials = credentials
            return { ...found, credentials }
          },
          (error) => {
            searches.delete(key)
            throw error
          },
        ),
      }
      searches.set(key, started)
      return started.found
    },
    (refused) => {
      // What is being searched for, or was found since, is not what was refused.
      for (const [key, { credentials }] of searches) {
        if (credentials && isSame(credentials, refused)) searches.delete(key)
      }
    },
  )
}

/** Whether two credentials are the same, whoever made them. */
function isSame(a: Credentials, b: Credentials): boolean {
  const [ofA, ofB] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return ofA.length === ofB.size && ofA.every(([name, value]) => ofB.get(name) === value)
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * Adds secrets to an object so that neither printing nor copying it shows them.
 *
 * @param object what may be shown
 * @param secrets what can be read by name alone
 * @param instead what is printed in their place
 */
export function conceal<Shown extends object, Secret extends object>(
  object: Shown,
  secrets: Secret,
  instead: { readonly [Name in keyof Secret]: string },
): Shown & Secret {
  const print = { value: () => ({ ...object, ...instead }) }
  // Behind an accessor, which shows nothing to whoever prints what is hidden, too.
  const hidden = Object.entries(secrets).map(([name, value]) => [name, { get: () => value }])
  return Object.defineProperties(object as Shown & Secret, {
    ...Object.fromEntries(hidden),
    toJSON: print,
    [INSPECT]: print,
  })
}
