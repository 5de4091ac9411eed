// The operating system's keyring: Keychain, Credential Manager, Secret Service.

import { allowed, type CredentialContext, checkOptions } from '@fluxauth/auth-core/client'
import { DEFAULT_TIMEOUT, TIMEOUT, withDeadline } from './deadline.ts'
import { isOutOfFiles, OUT_OF_FILES } from './file-hints.ts'
import { askChild, canAskChild } from './keyring-child.ts'
import { loadKeyring } from './keyring-package.ts'
import { type CredentialFinder, defineKeptSource, SourceError } from './source.ts'
import { parseCredentialText } from './text.ts'

/** What is used of `@napi-rs/keyring`. */
interface KeyringModule {
  readonly AsyncEntry: new (
    service: string,
    account: string,
  ) => {
    getPassword(signal?: AbortSignal): Promise<string | null | undefined>
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
  /**
   * The module to use. Default: `@napi-rs/keyring`, loaded when the keyring is first asked; on Node it is asked in a process of its own,
   * since some keyrings hold up whoever asks them.
   */
  readonly lib?: KeyringModule | undefined
  /** Longest time to wait, in milliseconds. Default 3,000; longer where the keyring asks its user for a password. */
  readonly timeout?: number | undefined
}

/**
 * Reads a credential from the operating system's keyring: an API token, or JSON as `fromExec` reads it. Needs the optional package
 * `@napi-rs/keyring`.
 *
 * The answer is kept until a server refuses it: some keyrings ask their user each time. A keyring that does not answer in time ends a
 * chain; while a question about one account is open, no other is asked about it, and an answer that is late is not used.
 *
 * @param options `service`, `account`, `lib` and `timeout`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_UNAVAILABLE` (no such package, no keyring: a server
 *   without desktop), `ERR_SOURCE_ABSENT`, `ERR_SOURCE_TIMEOUT` or `ERR_SOURCE_INVALID`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { authFetch, fromKeyring } from '@fluxauth/auth-node'
 *
 * const credentials = fromKeyring({ service: 'my-program' })
 * const fetch = authFetch({ origin: 'https://localhost:8086', credentials })
 */
export function fromKeyring(options: KeyringOptions = {}): CredentialFinder {
  options = checkOptions(options, RULES)
  const { timeout = DEFAULT_TIMEOUT } = options
  const keyOf = (context: CredentialContext | undefined) => options.account ?? context?.origin ?? ''
  // Each open question holds one of the few threads that files are read with: never more than one for a name.
  const open = new Map<string, Promise<unknown>>()
  return defineKeptSource('keyring', keyOf, async (context) => {
    const { ask, place } = await openKeyring(options, context)
    const text = await withDeadline(timeout, `The keyring, asked for ${place},`, async (signal) => {
      await open.get(place)
      signal.throwIfAborted()
      const answer = ask(signal)
      // What is answered is forgotten: servers may be asked about without end.
      const settled = answer.then(ignore, ignore).then(() => open.delete(place))
      open.set(place, settled)
      return answer.catch((cause) => {
        if (isOutOfFiles(cause)) {
          throw new SourceError(
            'ERR_SOURCE_INVALID',
            `What asks the keyring cannot be started, as ${OUT_OF_FILES}`,
            { cause },
          )
        }
        throw new SourceError(
          'ERR_SOURCE_UNAVAILABLE',
          'The keyring does not answer: is this a session without desktop?',
          { cause },
        )
      })
    })
    if (!text) throw new SourceError('ERR_SOURCE_ABSENT', `The keyring has no ${place}`)
    return { credentials: parseCredentialText(text, `The keyring's ${place}`), source: `keyring, ${place}` }
  })
}

/** The optional package, or why there is none. */
function load(): KeyringModule {
  try {
    return loadKeyring()
  } catch (cause) {
    if (isOutOfFiles(cause)) {
      throw new SourceError('ERR_SOURCE_INVALID', `@napi-rs/keyring cannot be loaded, as ${OUT_OF_FILES}`, {
        cause,
      })
    }
    throw new SourceError('ERR_SOURCE_UNAVAILABLE', 'Install @napi-rs/keyring to use the keyring', { cause })
  }
}

async function openKeyring(
  { service = 'fluxauth', account, lib }: KeyringOptions,
  context: CredentialContext | undefined,
) {
  const name = account ?? context?.origin
  if (!name)
    throw new SourceError('ERR_SOURCE_ABSENT', 'The keyring is looked up by origin, and none is known yet')
  const place = `${service} ${name}`
  const { AsyncEntry } = lib ?? load()
  if (!lib && canAskChild) {
    return { ask: (signal: AbortSignal) => askChild(service, name, signal), place }
  }
  try {
    const entry = new AsyncEntry(service, name)
    return { ask: async (signal: AbortSignal) => entry.getPassword(signal), place }
  } catch (cause) {
    throw new SourceError('ERR_SOURCE_UNAVAILABLE', 'This machine has no keyring', { cause })
  }
}

const RULES = {
  service: allowed.string(/./, 'a name'),
  account: allowed.string(/./, 'a name'),
  lib: {
    wanted: 'the module @napi-rs/keyring',
    test: (value: unknown) => typeof (value as KeyringModule | null)?.AsyncEntry === 'function',
  },
  timeout: TIMEOUT,
}

function ignore(): void {}
