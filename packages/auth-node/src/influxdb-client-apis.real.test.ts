// What `@fluxauth/auth-core/influxdb` reads from an InfluxDB 2 is what InfluxData's own client for its API reads there.

import { authorizations, buckets, influxApi, me, orgs, readBucket } from '@fluxauth/auth-core/influxdb'
import { describeReal, type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { InfluxDB } from '@influxdata/influxdb-client'
import {
  AuthorizationsAPI,
  BucketsAPI,
  MeAPI,
  OrgsAPI,
  type Permission,
} from '@influxdata/influxdb-client-apis'
import { afterAll, beforeAll, expect, test } from 'vitest'

describeReal('beside @influxdata/influxdb-client-apis', ['influxdb2'], () => {
  let server: RunningInfluxdb2
  beforeAll(async () => {
    server = await startInfluxdb2({ username: 'zoë', org: 'home & away' })
  })
  afterAll(() => server?.stop())

  const ours = () => influxApi({ url: server.url, credentials: server.token })
  const theirs = () => new InfluxDB({ url: server.url, token: server.token })
  const without = <T extends object>(value: T, ...names: string[]): Partial<T> =>
    Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as Partial<T>

  test('authorizations, one and all, by every filter, made by either', async () => {
    const api = new AuthorizationsAPI(theirs())
    const { orgID, org, userID, bucketID } = server
    const permissions = [readBucket(bucketID, orgID)] as Permission[]
    const mine = await authorizations.create(ours(), { orgID, permissions, description: 'ours, ä' })
    const made = await api.postAuthorizations({ body: { orgID, permissions, description: 'theirs' } })
    expect(await authorizations.get(ours(), made.id ?? '')).toEqual(
      expect.objectContaining(without(made, 'links', 'token')),
    )
    const read = await api.getAuthorizationsID({ authID: mine.id })
    expect({ ...mine, token: mine.token }).toEqual(without(read, 'links'))
    for (const filters of [{}, { org }, { orgID }, { user: 'zoë' }, { userID }]) {
      const { authorizations: expected = [] } = await api.getAuthorizations(filters)
      const found = await authorizations.list(ours(), filters)
      expect(found.map((one) => ({ ...one, token: one.token }))).toEqual(
        expected.map((one) => without(one, 'links')),
      )
    }
  })

  test('who it is, the buckets and the organization', async () => {
    expect(await me(ours())).toEqual(without(await new MeAPI(theirs()).getMe(), 'links'))
    const { buckets: expected = [] } = await new BucketsAPI(theirs()).getBuckets({ limit: 100 })
    expect(await buckets.list(ours())).toEqual(expected.map(({ id, name, orgID }) => ({ id, name, orgID })))
    const { orgs: found = [] } = await new OrgsAPI(theirs()).getOrgs({ org: server.org })
    expect(await orgs.find(ours(), server.org)).toMatchObject({
      id: found.find(({ name }) => name === server.org)?.id,
    })
  })
})
