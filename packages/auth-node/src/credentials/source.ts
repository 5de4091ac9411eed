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
  /** Others than the owner can read the file. */
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
  /** The server the source names for it, if it names one: `INFLUX_HOST`, a profile's `url`. */
  readonly host?: string | undefined
}

/** A provider that also says where its credential was found. */
export interface CredentialFinder extends CredentialProvider {
  /** For people: what this source is, for example `environment`. */
  readonly source: string
  /** The credential and where it was found; rejects with {@link SourceError}. */
  find(context?: CredentialContext): Promise<Found>
}

/**
 * Makes a source.
 *
 * @param source what this source is, for people
 * @param find finds the credential, or throws {@link SourceError}
 * @param invalidate drops what is cached, after a server refused it
 */
export function defineSource(
  source: string,
  find: (context: CredentialContext | undefined) => Found | Promise<Found>,
  invalidate?: (credentials: Credentials) => void,
): CredentialFinder {
  return {
    source,
    find: async (context) => hide(await find(context)),
    get: async (context) => (await find(context)).credentials,
    ...(invalidate && { invalidate }),
  }
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** Makes printing or cloning a find show where it was found, not what. */
function hide({ credentials, source, host }: Found): Found {
  const shown = { credentials: `${credentials.scheme} [redacted]`, source, ...(host && { host }) }
  const print = { value: () => shown }
  return Object.defineProperties({ source, host } as Found, {
    credentials: { value: credentials },
    toJSON: print,
    [INSPECT]: print,
  })
}

/**
 * Refuses a credential that a source keeps for another server than the one that is called.
 *
 * @param host the server that the source names for the credential, if it names one
 * @param what the credential's place, for the message
 * @throws {SourceError} `ERR_SOURCE_ABSENT` when it is for another origin, `ERR_SOURCE_INVALID` when `host` is not a URL
 */
export function checkHost(
  host: string | undefined,
  what: string,
  context: CredentialContext | undefined,
): void {
  if (!host) return
  if (!URL.canParse(host)) throw new SourceError('ERR_SOURCE_INVALID', `The server of ${what} is not a URL`)
  const { origin } = new URL(host)
  if (context && origin !== context.origin) {
    throw new SourceError('ERR_SOURCE_ABSENT', `${what} is for ${origin}, not for ${context.origin}`)
  }
}
