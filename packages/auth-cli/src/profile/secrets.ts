// Keeps the secret of a profile where the user wants it: one place for each, with the same three verbs.

import type { Credentials } from '@fluxauth/auth-core'
import { UsageError } from '../output/errors.ts'
import { askKeyring } from './keyring.ts'
import { loadFromMemory, removeFromMemory, saveInMemory } from './memory.ts'
import type { Place } from './own-file.ts'

/** Where a secret is that is not in the influx CLI's file. */
export type HiddenPlace = Exclude<Place, 'file'>

/** Names a secret: by profile and server, so that another server's is never taken for it. */
function accountOf(profile: string, url: string): string {
  return `${profile} ${new URL(url).origin}`
}

/** Keeps it, and says where for people. */
export async function saveSecret(
  place: HiddenPlace,
  profile: string,
  url: string,
  credentials: Credentials,
): Promise<string> {
  const account = accountOf(profile, url)
  const secret = JSON.stringify(credentials)
  if (place === 'memory') return saveInMemory(account, secret)
  await askKeyring({ action: 'set', account, store: 'secret-service', secret })
  return 'the keyring'
}

/** @returns `undefined` where it is not there, or no longer */
export async function loadSecret(
  place: HiddenPlace,
  profile: string,
  url: string,
): Promise<Credentials | undefined> {
  const account = accountOf(profile, url)
  const text =
    place === 'memory'
      ? await loadFromMemory(account)
      : await askKeyring({ action: 'get', account, store: 'secret-service' })
  if (text === undefined) return undefined
  try {
    const { scheme, username, password, token } = JSON.parse(text)
    if (scheme === 'basic' && typeof username === 'string' && typeof password === 'string') {
      return { scheme, username, password }
    }
    if ((scheme === 'token' || scheme === 'bearer') && typeof token === 'string') return { scheme, token }
  } catch {
    // Said below.
  }
  throw new UsageError('ERR_SECRET_UNREADABLE', `What is kept for ${profile} is no credential: log in again`)
}

export async function removeSecret(place: HiddenPlace, profile: string, url: string): Promise<void> {
  const account = accountOf(profile, url)
  if (place === 'memory') await removeFromMemory(account)
  else await askKeyring({ action: 'delete', account, store: 'secret-service' })
}
