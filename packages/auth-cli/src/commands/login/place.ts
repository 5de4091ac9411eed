// Where the credential is kept: the keyring, unless the user says otherwise; plain text only where they know it.

import { influxConfigsPath } from '@fluxauth/auth-node'
import { canAsk, confirm } from '../../input/ask.ts'
import { UsageError } from '../../output/errors.ts'
import { note } from '../../output/print.ts'
import { askKeyring, KeyringError } from '../../profile/keyring.ts'
import type { Place } from '../../profile/own-file.ts'

interface Options {
  readonly store?: Place
  readonly insecureStorage?: true
}

/**
 * Chooses the place, before anything is written.
 *
 * @throws {UsageError} `ERR_STORAGE_INSECURE` where it would be plain text and nobody agreed
 * @throws {KeyringError} `ERR_KEYRING_TIMEOUT`: a keyring that hangs never leads to plain text; `ERR_KEYRING_UNAVAILABLE` where it was asked for
 */
export async function choosePlace({ store, insecureStorage }: Options): Promise<Place> {
  if (store === 'memory') return store
  if (store !== 'file') {
    try {
      await askKeyring({ action: 'get', account: 'is there a keyring?', store: 'secret-service' })
      return 'keyring'
    } catch (error) {
      if (store === 'keyring' || !(error instanceof KeyringError)) throw error
      if (error.code === 'ERR_KEYRING_TIMEOUT') throw error
      note(error.message)
    }
  }
  const path = influxConfigsPath()
  if (insecureStorage) return 'file'
  if (canAsk()) {
    note(`${path} keeps the credential in plain text, for you alone to read (0600), as the influx CLI does.`)
    if (await confirm('Keep it there?')) return 'file'
    // A keyring that was asked does not answer.
    const others = store === 'file' ? '--store keyring or --store memory' : '--store memory'
    throw new UsageError('ERR_STORAGE_INSECURE', `Nothing was kept: use ${others}`)
  }
  throw new UsageError(
    'ERR_STORAGE_INSECURE',
    `${path} would keep the credential in plain text: say --insecure-storage if that is meant, or use --store memory. Nothing was kept`,
  )
}
