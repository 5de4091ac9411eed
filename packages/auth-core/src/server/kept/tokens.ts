// API tokens: made, found, changed and deleted. A token's value is told once, to whoever makes it, and kept nowhere.

import { type Awaitable, whenReady } from '../../awaitable.ts'
import { encodeToken } from '../../schemes/token.ts'
import type { AuditListener } from '../outgoing/events.ts'
import type { RevocationLog } from './revocations.ts'
import { type Digest, randomID, randomToken } from './secrets.ts'
import { mayBeDone, type StoredToken, StoreError, type TokenStore, takeBack } from './stores.ts'
import {
  checkTokenFilter,
  type NewToken,
  readNewToken,
  readTokenChange,
  type TokenListFilter,
} from './token-input.ts'

/** Makes, finds, changes and deletes API tokens. */
export interface Tokens {
  /**
   * Makes a token. Where the store's answer is lost it may have been made all the same: then it is deleted again before this rejects, and
   * where that does not work out either, `onError` is told its id.
   *
   * @returns its value, which nobody can find out again, and what is stored
   * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` for what no token can be: a permission with a misspelt or undefined name
   *   would be for all of its type
   * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` for a value that no header can carry
   * @throws {StoreError} `ERR_STORE_EXISTS` when there is such a token already; what else a store rejects with
   */
  create(token: NewToken): Promise<{ readonly token: string; readonly stored: StoredToken }>
  /** The token with this value, if there is one. */
  find(token: string): Awaitable<StoredToken | undefined>
  get(id: string): Awaitable<StoredToken | undefined>
  /**
   * Tokens in the order of their ids, 1,000 at most unless `limit` says otherwise; `token` finds the one with that value.
   *
   * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`: a misspelt filter would list them all
   */
  list(filter?: TokenListFilter): Promise<StoredToken[]>
  /**
   * Activates or deactivates a token, or describes it anew. It takes effect at once here, elsewhere within the cache's seconds.
   *
   * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` for what cannot change, or cannot be this
   */
  update(
    id: string,
    change: {
      readonly status?: StoredToken['status'] | undefined
      readonly description?: string | undefined
    },
  ): Promise<StoredToken | undefined>
  /** Deletes a token, with effect as {@link update}. Whether there was one. */
  delete(id: string): Promise<boolean>
}

/**
 * API tokens over a store.
 *
 * @param store keeps them, by their hash
 * @param digest hashes their values
 * @param emit is told what was done
 * @param revocations is told which tokens may no longer be good
 * @param report is told of tokens that may be there though nobody was told of them
 * @param find finds by a hash, in the place of the store
 */
export function createTokens(
  store: TokenStore,
  digest: Digest,
  emit: AuditListener,
  revocations: RevocationLog,
  report: (error: unknown) => void,
  find: TokenStore['find'] = (hash) => store.find(hash),
): Tokens {
  const remove = (id: string) => revocations.noting({ tokenID: id }, () => store.delete(id))
  const insert = async (stored: StoredToken): Promise<void> => {
    try {
      await store.create(stored)
    } catch (error) {
      // Waited for: a second attempt with the same value must not meet it.
      if (mayBeDone(error)) {
        await takeBack(() => remove(stored.id)).catch((cause) => report(maybeThere(stored.id, cause)))
      }
      throw error
    }
  }
  return {
    async create(given) {
      const { token = randomToken(), description = '', status = 'active', ...input } = readNewToken(given)
      encodeToken(token)
      const createdAt = new Date().toISOString()
      const stored: StoredToken = {
        ...input,
        id: randomID(),
        hash: await digest(token),
        status,
        description,
        createdAt,
        updatedAt: createdAt,
      }
      await insert(stored)
      emit({ type: 'token-created', tokenID: stored.id, user: stored.user })
      return { token, stored }
    },
    find: (token) => whenReady(digest(token), find),
    get: (id) => store.get(id),
    async list({ token, ...filter } = {}) {
      checkTokenFilter({ token, ...filter })
      return store.list({ ...filter, hash: token === undefined ? undefined : await digest(token) })
    },
    async update(id, given) {
      const change = readTokenChange(given)
      const stored = await revocations.noting({ tokenID: id }, () =>
        store.update(id, { ...change, updatedAt: new Date().toISOString() }),
      )
      if (stored) emit({ type: 'token-updated', tokenID: id, user: stored.user })
      return stored
    },
    async delete(id) {
      const deleted = await remove(id)
      if (deleted) emit({ type: 'token-deleted', tokenID: id })
      return deleted
    },
  }
}

function maybeThere(id: string, cause: unknown): StoreError {
  return new StoreError(
    'ERR_STORE_UNAVAILABLE',
    `The token ${id} may have been made though nobody was told of it: look whether it is there, and delete it`,
    { cause },
  )
}
