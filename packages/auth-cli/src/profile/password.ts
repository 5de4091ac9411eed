// A user name and password that are kept where the server takes them for signing in alone: whoever sends them elsewhere is refused.

import { products } from '@fluxauth/auth-core/influxdb'
import { isSignIn } from '../endpoints.ts'
import { quote, toType } from '../output/shell.ts'
import { warn } from '../output/warn.ts'
import { takesPasswordsAtSignIn } from './connect.ts'
import type { FoundCredential } from './from-environment.ts'

/** Whether a profile has a user name and password that sign in, and do nothing else. */
export function signsInAlone({
  credentials,
  product,
  profile,
}: Pick<FoundCredential, 'credentials' | 'product' | 'profile'>): boolean {
  // Those of the environment may be of a user of the v1-compatible endpoints.
  return (
    credentials.scheme === 'basic' &&
    profile !== undefined &&
    product !== undefined &&
    takesPasswordsAtSignIn(product)
  )
}

/** What to type for a token to be kept in their place. */
export function toKeepToken({ credentials, host }: Pick<FoundCredential, 'credentials' | 'host'>): string {
  const user = credentials.scheme === 'basic' ? quote(credentials.username) : 'NAME'
  return toType(`login ${host === undefined ? 'URL' : quote(host)} --user ${user} --create-token`)
}

/** Says so where they are handed over, but for signing in. */
export function warnOfPassword(found: FoundCredential, url?: string): void {
  if (!signsInAlone(found) || !found.product) return
  if (url !== undefined && isSignIn(new URL(url).pathname)) return
  warn(
    `${products[found.product].title} takes this user name and password at /api/v2/signin alone. For everything else have a token kept: ${toKeepToken(found)}`,
  )
}
