// A real InfluxDB 2 that knows the people and tokens of this comparison.

import { type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { FEW, GONE, INACTIVE, type Things, TOKEN, USER, V1, V1_OTHERS } from './people.ts'

/**
 * Starts it, and says what it calls things.
 *
 * @param org the organization's name, where it matters
 */
export async function startReal(org?: string): Promise<{ real: RunningInfluxdb2; things: Things }> {
  const real = await startInfluxdb2({ ...USER, token: TOKEN, ...(org && { org }) })
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
  for (const token of [V1.username, ...Object.values(V1_OTHERS)]) {
    const status = token === V1_OTHERS.off ? 'inactive' : 'active'
    const path = '/private/legacy/authorizations'
    const { id } = await call(path, { orgID, permissions: both, token, status })
    if (token !== V1_OTHERS.bare) await call(`${path}/${id}/password`, { password: V1.password })
    if (token === V1_OTHERS.gone) await call(`${path}/${id}`, {}, 'DELETE')
  }
  const [ofInactive, , ofGone] = await Promise.all(
    [INACTIVE, FEW, GONE].map(async (person) => {
      const { id } = await call('/api/v2/users', { name: person.username })
      await call(`/api/v2/users/${id}/password`, { password: person.password })
      // A session may do what its user's tokens may: who is to have few permissions has none.
      const token = person === FEW ? '' : await create({ ...grant('buckets'), userID: id })
      if (person === INACTIVE) await call(`/api/v2/users/${id}`, { status: 'inactive' }, 'PATCH')
      if (person === GONE) await call(`/api/v2/users/${id}`, {}, 'DELETE')
      return token
    }),
  )
  const things = {
    ofInactive: ofInactive ?? '',
    ofGone: ofGone ?? '',
    org: orgID,
    bucket,
    inactive: await create({ ...grant('buckets'), status: 'inactive' }),
    telegrafs: await create(grant('telegrafs')),
    oneBucket: await create(grant('buckets', { id: bucket })),
  }
  return { real, things }
}
