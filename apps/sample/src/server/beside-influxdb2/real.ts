// A real InfluxDB 2 that knows the people and tokens of this comparison.

import { type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { FEW, INACTIVE, type Things, TOKEN, USER, V1 } from './people.ts'

/** Starts it, and says what it calls things. */
export async function startReal(): Promise<{ real: RunningInfluxdb2; things: Things }> {
  const real = await startInfluxdb2({ ...USER, token: TOKEN })
  const call = async (path: string, body: object, method = 'POST') => {
    const headers = { authorization: `Token ${TOKEN}` }
    const response = await fetch(real.url + path, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (response.status === 204 ? {} : await response.json()) as { id: string; token: string }
  }
  const { orgID, bucketID: bucket } = real
  const grant = (type: string, more: object = {}) => ({
    orgID,
    permissions: [{ action: 'read', resource: { type, orgID, ...more } }],
  })
  const create = async (body: object) => (await call('/api/v2/authorizations', body)).token
  const both = ['read', 'write'].map((action) => ({ action, resource: { type: 'buckets', orgID } }))
  const v1 = await call('/private/legacy/authorizations', { orgID, permissions: both, token: V1.username })
  await call(`/private/legacy/authorizations/${v1.id}/password`, { password: V1.password })
  for (const { username, password } of [INACTIVE, FEW]) {
    const { id } = await call('/api/v2/users', { name: username })
    await call(`/api/v2/users/${id}/password`, { password })
    if (username === INACTIVE.username) await call(`/api/v2/users/${id}`, { status: 'inactive' }, 'PATCH')
  }
  const things = {
    org: orgID,
    bucket,
    inactive: await create({ ...grant('buckets'), status: 'inactive' }),
    telegrafs: await create(grant('telegrafs')),
    oneBucket: await create(grant('buckets', { id: bucket })),
  }
  return { real, things }
}
