// The operating system's keyring: Keychain, Credential Manager, Secret Service.

import type { CredentialContext } from '@fluxauth/auth-core/client'
import { type CredentialFinder, defineKeptSource, SourceError } from './source.ts'
import { parseCredentialText } from './text.ts'

/** What is used of `@napi-rs/keyring`. */
interface KeyringModule {
  readonly AsyncEntry: new (
    service: string,
    account: string,
  ) => {
    getPassword(): Promise<string | null | undefined>
    setPassword(password: string): Promise<void>
    deletePassword(): Promise<unknown>
  }
}

/** Options of {@link fromKeyring}. */
export interface KeyringOptions {
  /** The keyring's service name. Default `'fluxauth'`. */
  readonly service?: string | undefined
  /** The keyring's account name. Default: the origin that is called. */
  readonly account?: string | undefined
  /** The module to use. Default: `@napi-rs/keyring`, imported when the keyring is first asked. */
  readonly lib?: KeyringModule | undefined
}

/**
 * Reads a credential from the operating system's keyring: an API token, or JSON as `fromExec` reads it. Needs the optional package
 * `@napi-rs/keyring`.
 *
 * The answer is kept until a server refuses it: some keyrings ask their user each time.
 *
 * @param options `service`, `account` and `lib`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_UNAVAILABLE` (no such package, no keyring: a server
 *   without desktop), `ERR_SOURCE_ABSENT` or `ERR_SOURCE_INVALID`
 */
export function fromKeyring(options: KeyringOptions = {}): CredentialFinder {
  const keyOf = (context: CredentialContext | undefined) => options.account ?? context?.origin ?? ''
  return defineKeptSource('keyring', keyOf, async (context) => {
    const { entry, place } = await openEntry(options, context)
    const text = await entry.getPassword().catch((cause) => {
      throw new SourceError(
        'ERR_SOURCE_UNAVAILABLE',
        'The keyring does not answer: is this a session without desktop?',
        { cause },
      )
    })
    if (!text) throw new SourceError('ERR_SOURCE_ABSENT', `The keyring has no ${place}`)
    return { credentials: parseCredentialText(text, `The keyring's ${place}`), source: `keyring, ${place}` }
  })
}

async function openEntry(
  { service = 'fluxauth', account, lib }: KeyringOptions,
  context: CredentialContext | undefined,
) {
  const name = account ?? context?.origin
  if (!name)
    throw new SourceError('ERR_SOURCE_ABSENT', 'The keyring is looked up by origin, and none is known yet')
  const { AsyncEntry } =
    lib ??
    (await import('@napi-rs/keyring').catch((cause) => {
      throw new SourceError('ERR_SOURCE_UNAVAILABLE', 'Install @napi-rs/keyring to use the keyring', {
        cause,
      })
    }))
  try {
    return { entry: new AsyncEntry(service, name), place: `${service} ${name}` }
  } catch (cause) {
    throw new SourceError('ERR_SOURCE_UNAVAILABLE', 'This machine has no keyring', { cause })
  }
}
