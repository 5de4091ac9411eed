// What a profile would lose: its owner is told, and asked, before another server or credential takes its place.

import { agree } from '../input/ask.ts'
import { UsageError } from '../output/errors.ts'
import { isSameUrl } from './own-file.ts'
import { type Profile, shownServer } from './profiles.ts'

/** Option of what may take the place of what a profile has. */
export interface ReplaceOptions {
  readonly replace?: true
}

/**
 * Asks before a profile becomes that of another server.
 *
 * @param url the other server; for the profile's own, nobody is asked
 * @throws {UsageError} `ERR_PROFILE_SERVER` where nobody can be asked, `ERR_NOT_AGREED` where the answer is no
 */
export async function agreeToServer(
  profile: Profile,
  url: string,
  { replace }: ReplaceOptions,
): Promise<void> {
  const { name, place } = profile
  const its = shownServer(profile)
  if (!its || isSameUrl(url, profile.url)) return
  const loses = place ? ', and its credential for that server would go' : ''
  await agree(
    `Profile ${name} is for ${its}${loses}. Make it one for ${url}?`,
    replace,
    new UsageError(
      'ERR_PROFILE_SERVER',
      `Profile ${name} is for ${its}${loses}: give another name, or say --replace to make it one for ${url}. Nothing was changed`,
    ),
  )
}

/**
 * Asks before a profile gets another credential than it has.
 *
 * @throws {UsageError} `ERR_PROFILE_EXISTS` where nobody can be asked, `ERR_NOT_AGREED` where the answer is no
 */
export async function agreeToCredential(
  { name, place }: Profile,
  { replace }: ReplaceOptions,
): Promise<void> {
  if (!place) return
  await agree(
    `Profile ${name} has a credential, which would go. Put the new token in its place?`,
    replace,
    new UsageError(
      'ERR_PROFILE_EXISTS',
      `Profile ${name} has a credential, which would go: give another name, or say --replace. Nothing was changed`,
    ),
  )
}
