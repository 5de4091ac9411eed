// An account to try: the page fills it in, so that whoever opens the page has it. It may use the buckets, and nothing else.

import type { Permission } from '@fluxauth/auth-node/server'
import type { Auth } from './auth.ts'

/** What InfluxDB's documentation signs in with: an e-mail address, and an API token in the place of a password. */
export interface Example {
  readonly username: string
  readonly token: string
}

export async function addExample({ directory, verifier }: Auth): Promise<Example> {
  const { org } = directory
  const buckets = (['read', 'write'] as const).map(
    (action): Permission => ({ action, resource: { type: 'buckets', orgID: org.id } }),
  )
  const username = 'someone@example.com'
  const { id: userID } = directory.addUser({ name: username, permissions: buckets })
  const { token } = await verifier.tokens.create({
    userID,
    user: username,
    orgID: org.id,
    org: org.name,
    permissions: [...buckets, { action: 'read', resource: { type: 'users', id: userID } }],
    description: 'The example of the page',
  })
  return { username, token }
}
