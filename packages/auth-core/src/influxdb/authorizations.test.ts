// API tokens, with the answers that InfluxDB 2.8.0 was recorded to give.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { authorizations, influxApi, type NewAuthorization, readBucket } from './index.ts'
import { fakeFetch, type Reply, refusal, URL_OF_FAKE as url } from './testing/fake-fetch.ts'

const ORG = '5038992ed382fd88'
const VALUE = 'bmmSxef8fHATSmeUzhzbIhGnnH_MI_UQw0hqfZ-Rnj8LoTk4Wd5R3xqToilgTKKnr5bjpoXisWILikMY1zlG7A=='
const RECORDED = {
  id: '11b0e8767e763000',
  token: VALUE,
  status: 'active',
  description: 'a reader',
  orgID: ORG,
  org: 'home',
  userID: '11b0e8765db63000',
  user: 'admin',
  permissions: [{ action: 'read', resource: { type: 'buckets', orgID: ORG, org: 'home' } }],
  links: { self: '/api/v2/authorizations/11b0e8767e763000', user: '/api/v2/users/11b0e8765db63000' },
  createdAt: '2026-11-25T16:57:54.937749162Z',
  updatedAt: '2026-11-25T16:57:54.937749162Z',
}
const { links: _, token: __, ...FIELDS } = RECORDED
const LIST = (...tokens: string[]): Reply => [
  200,
  {
    links: { self: '/api/v2/authorizations' },
    authorizations: tokens.map((token, index) => ({ ...RECORDED, id: `${index}`, token })),
  },
]

function connect(reply: Reply) {
  const fetch = fakeFetch(() => reply)
  return { fetch, influx: influxApi({ url, fetch, credentials: 'a-token' }) }
}

test('an authorization is what InfluxDB says of it, and its token is there and not shown', async () => {
  const { influx, fetch } = connect([200, RECORDED])
  const found = await authorizations.get(influx, RECORDED.id)
  expect({ ...found }).toEqual(FIELDS)
  expect(found.token).toBe(VALUE)
  for (const shown of [
    inspect([found], { showHidden: true }),
    JSON.stringify(found),
    inspect(structuredClone(found)),
  ])
    expect(shown).not.toContain(VALUE)
  expect(fetch.sent[0]).toMatchObject({ method: 'GET', path: `/api/v2/authorizations/${RECORDED.id}` })
})

test('nothing that a server adds to it takes the place of what it has', async () => {
  const odd = JSON.parse(JSON.stringify(RECORDED).replace('{', '{"__proto__":{"token":"x"},"constructor":1,'))
  const found = await authorizations.get(connect([200, odd]).influx, RECORDED.id)
  expect(found.token).toBe(VALUE)
  expect({ ...found }).toEqual(FIELDS)
})

describe('list', () => {
  test.each([
    ['hashed', ''],
    ['shown once', 'redacted'],
  ])('has no value for a token that is %s', async (_, token) => {
    const [found] = await authorizations.list(connect(LIST(token, VALUE)).influx)
    expect(found?.token).toBeUndefined()
  })

  test('asks with the filters that InfluxDB heeds, and keeps to them where it does not', async () => {
    const { influx, fetch } = connect([
      200,
      { authorizations: [RECORDED, { ...RECORDED, id: 'other', user: 'joe' }] },
    ])
    expect(await authorizations.list(influx, { user: 'admin', orgID: ORG })).toHaveLength(1)
    expect(await authorizations.list(influx, { userID: RECORDED.userID, id: 'other' })).toHaveLength(1)
    expect(fetch.sent.map(({ path }) => path)).toEqual([
      `/api/v2/authorizations?user=admin&orgID=${ORG}`,
      `/api/v2/authorizations?userID=${RECORDED.userID}&id=other`,
    ])
    const bare = connect([200, { authorizations: [{ ...RECORDED, user: undefined }] }]).influx
    expect(await authorizations.list(bare, { user: 'admin' })).toHaveLength(1)
    await authorizations.list(influx, { org: 'zoë & co' })
    expect(fetch.sent[2]?.path).toBe('/api/v2/authorizations?org=zo%C3%AB%20%26%20co')
  })

  test.each([
    { token: VALUE },
    { user: '' },
    { userID: '' },
    { userID: undefined },
    { org: undefined },
    { id: '../users' },
    { limit: 1 },
  ])('is not asked with %j, which InfluxDB takes for all', async (filters) => {
    const { influx, fetch } = connect(LIST())
    const error = await authorizations.list(influx, filters as object).catch((error) => error)
    expect(error.code).toMatch(/^ERR_OPTION_(NAME|VALUE)$/)
    expect(error.message).not.toContain(VALUE)
    expect(fetch.sent).toHaveLength(0)
  })

  test.each<[Reply]>([
    [[200, {}]],
    [[200, { authorizations: {} }]],
    [[200, { authorizations: [{ id: 1 }] }]],
    [[200]],
  ])('of another form is none: %j', async (reply) => {
    await expect(authorizations.list(connect(reply).influx)).rejects.toMatchObject({
      code: 'ERR_INFLUX_ANSWER',
    })
  })
})

describe('create', () => {
  const permissions = [readBucket('713c982ddc60624e', ORG)]

  test('sends what was given, and nothing else', async () => {
    const { influx, fetch } = connect([201, RECORDED])
    const made = await authorizations.create(influx, {
      orgID: ORG,
      permissions,
      description: 'a reader',
      status: 'inactive',
    })
    expect(made.token).toBe(VALUE)
    expect(fetch.sent[0]).toMatchObject({ method: 'POST', path: '/api/v2/authorizations' })
    expect(fetch.sent[0]?.body).toEqual({
      orgID: ORG,
      permissions,
      description: 'a reader',
      status: 'inactive',
    })
  })

  test.each<[string, object]>([
    ['no organization', { permissions }],
    ['an organization that is not there', { orgID: undefined, permissions }],
    ['an organization’s name', { orgID: 'my org', permissions }],
    ['no permissions', { orgID: ORG }],
    ['an empty list of permissions', { orgID: ORG, permissions: [] }],
    ['permissions that are no list', { orgID: ORG, permissions: 'all' }],
    [
      'a permission for what is undefined',
      { orgID: ORG, permissions: [{ action: 'read', resource: { type: 'buckets', id: undefined } }] },
    ],
    [
      'a permission for what is empty',
      { orgID: ORG, permissions: [{ action: 'read', resource: { type: 'buckets', id: '' } }] },
    ],
    [
      'a permission without a type',
      { orgID: ORG, permissions: [{ action: 'read', resource: { id: '1f' } }] },
    ],
    ['an unknown action', { orgID: ORG, permissions: [{ action: 'delete', resource: { type: 'buckets' } }] }],
    ['an unknown status', { orgID: ORG, permissions, status: 'asleep' }],
    ['a user that is not there', { orgID: ORG, permissions, userID: undefined }],
    ['a description that is no text', { orgID: ORG, permissions, description: 5 }],
    ['a token of one’s own, which InfluxDB passes over', { orgID: ORG, permissions, token: VALUE }],
  ])('with %s is refused before it is sent', async (_, authorization) => {
    const { influx, fetch } = connect([201, RECORDED])
    const error = await authorizations
      .create(influx, authorization as NewAuthorization)
      .catch((error) => error)
    expect(error.name).toBe('OptionsError')
    expect(error.message).not.toContain(VALUE)
    expect(fetch.sent).toHaveLength(0)
  })

  test('of more than one’s own permissions is a missing permission', async () => {
    const { influx } = connect(
      refusal(403, 'forbidden', 'permission read:instance is not allowed: read:instance is unauthorized'),
    )
    const call = authorizations.create(influx, { orgID: ORG, permissions })
    await expect(call).rejects.toMatchObject({ reason: 'permission' })
  })
})

describe('update', () => {
  test('sends what changes', async () => {
    const { influx, fetch } = connect([200, { ...RECORDED, status: 'inactive' }])
    expect((await authorizations.update(influx, RECORDED.id, { status: 'inactive' })).status).toBe('inactive')
    expect(fetch.sent[0]).toMatchObject({ method: 'PATCH', body: { status: 'inactive' } })
  })

  test.each([
    { description: 5 },
    { status: 'asleep' },
    { status: undefined },
    { permissions: [] },
    { description: null },
  ])('with %j is refused here: InfluxDB answers with 500, or passes it over', async (changes) => {
    const { influx, fetch } = connect([200, RECORDED])
    await expect(authorizations.update(influx, RECORDED.id, changes as object)).rejects.toMatchObject({
      name: 'OptionsError',
    })
    expect(fetch.sent).toHaveLength(0)
  })
})

test('delete says when there is none', async () => {
  const { influx, fetch } = connect([204])
  expect(await authorizations.delete(influx, RECORDED.id)).toBeUndefined()
  expect(fetch.sent[0]).toMatchObject({ method: 'DELETE', path: `/api/v2/authorizations/${RECORDED.id}` })
  const absent = connect(refusal(404, 'not found', 'authorization not found')).influx
  await expect(authorizations.delete(absent, RECORDED.id)).rejects.toMatchObject({ reason: 'not-found' })
})

test.each(['', '..', '.', 'a/b', '../users/1f', 'a?b', 'a#b', '%2e%2e', undefined, 5, ['1f']])(
  '%j is no identifier: no path leads elsewhere',
  async (id) => {
    const { influx, fetch } = connect([204])
    for (const run of [authorizations.get, authorizations.delete])
      await expect(run(influx, id as string)).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
    expect(fetch.sent).toHaveLength(0)
  },
)

test.each([{ permissions: [] }, { id: 5, permissions: [] }, { id: '1f' }, { id: '1f', permissions: 'all' }])(
  'an answer that is no authorization is none: %j',
  async (answer) => {
    const get = authorizations.get(connect([200, answer]).influx, '1f')
    await expect(get).rejects.toMatchObject({ code: 'ERR_INFLUX_ANSWER' })
  },
)

test('one permission that is none is refused wherever it stands beside others', async () => {
  const { influx, fetch } = connect([201, RECORDED])
  const good = readBucket('1f', ORG)
  for (const none of [{ action: 'read' }, { action: 'read', resource: { type: 'buckets', id: undefined } }]) {
    for (const permissions of [
      [good, none],
      [none, good],
    ]) {
      const create = authorizations.create(influx, { orgID: ORG, permissions } as never)
      await expect(create).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
    }
  }
  expect(fetch.sent).toEqual([])
})
