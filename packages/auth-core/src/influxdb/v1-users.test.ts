// Users of the v1-compatible endpoints, with the answers that InfluxDB 2.8.0 was recorded to give.

import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { influxApi, readBucket, v1Users } from './index.ts'
import { fakeFetch, type Reply, refusal, URL_OF_FAKE as url } from './testing/fake-fetch.ts'

const RECORDED = {
  id: '11b0e8767e763000',
  token: 'v1user',
  status: 'active',
  description: 'v1',
  orgID: '5038992ed382fd88',
  org: 'home',
  userID: '11b0e8765db63000',
  user: 'admin',
  permissions: [],
  links: { self: '/private/legacy/authorizations/11b0e8767e763000' },
}
const { orgID } = RECORDED
const permissions = [readBucket('713c982ddc60624e', orgID)]

function connect(reply: Reply) {
  const fetch = fakeFetch(() => reply)
  return { fetch, influx: influxApi({ url, fetch, credentials: 'a-token' }) }
}

test('a user is made by name, listed by it, and given a password', async () => {
  const { influx, fetch } = connect([201, RECORDED])
  expect(await v1Users.create(influx, { username: 'v1user', orgID, permissions })).toMatchObject({
    id: RECORDED.id,
    username: 'v1user',
  })
  expect(fetch.sent[0]).toMatchObject({
    method: 'POST',
    path: '/private/legacy/authorizations',
    body: { token: 'v1user', orgID, permissions },
  })
  const listed = await v1Users.list(connect([200, { authorizations: [RECORDED] }]).influx)
  expect(listed.map(({ username }) => username)).toEqual(['v1user'])
  expect('token' in (listed[0] ?? {})).toBe(false)
  await v1Users.setPassword(influx, { id: RECORDED.id, password: 'long-enough' })
  expect(fetch.sent[1]).toMatchObject({
    method: 'POST',
    path: `/private/legacy/authorizations/${RECORDED.id}/password`,
    body: { password: 'long-enough' },
  })
})

test('what the server would refuse is refused here, and a name that is taken by the server', async () => {
  const { influx, fetch } = connect(refusal(422, 'conflict', 'token already exists'))
  for (const user of [
    { orgID, permissions },
    { username: '', orgID, permissions },
    { username: 'x', orgID },
  ])
    await expect(v1Users.create(influx, user as never)).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
  for (const password of ['short', '€'.repeat(25)])
    await expect(v1Users.setPassword(influx, { id: '1f', password })).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
    })
  expect(fetch.sent).toHaveLength(0)
  const call = v1Users.create(influx, { username: 'v1user', orgID, permissions })
  await expect(call).rejects.toMatchObject({ reason: 'conflict' })
})

test('a password that the server repeats is not shown, and one is set for somebody alone', async () => {
  const password = 'l0ng-en0ugh'
  const { influx, fetch } = connect(refusal(400, 'invalid', `not ${password}`))
  const error = await v1Users.setPassword(influx, { id: '1f', password }).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'ERR_INFLUX_REFUSED' })
  expect(inspect(error, { showHidden: true })).not.toContain(password)
  for (const user of [{ password }, { id: '1f' }]) {
    await expect(v1Users.setPassword(influx, user as never)).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
    })
  }
  expect(fetch.sent).toHaveLength(1)
})
