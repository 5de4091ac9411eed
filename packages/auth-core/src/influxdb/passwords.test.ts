// Passwords are counted in bytes before they are sent, and never shown.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { decodeBasic } from '../index.ts'
import { changePassword, influxApi, type Session, setPassword } from './index.ts'
import { fakeFetch, type Reply, refusal, URL_OF_FAKE as url } from './testing/fake-fetch.ts'

const session: Session = {
  user: { id: '1f', name: 'zoë', status: 'active' },
  origin: url,
  keptBy: 'program',
  cookie: () => 'influxdb-oss-session=key',
}
const OLD = 'open sesame'
const NEW = 'close sesame'

function connect(reply: Reply, credentials: Session | string = session) {
  const fetch = fakeFetch(() => reply)
  return { fetch, influx: influxApi({ url, fetch, credentials }) }
}

const lengths: readonly [string, boolean][] = [
  ['1234567', false],
  ['12345678', true],
  ['€€€', true],
  ['€€', false],
  ['x'.repeat(72), true],
  ['x'.repeat(73), false],
  ['€'.repeat(24), true],
  ['€'.repeat(25), false],
]

describe('changePassword', () => {
  test('sends the old one as Basic beside the cookie', async () => {
    const { influx, fetch } = connect([204])
    await changePassword(influx, { oldPassword: OLD, newPassword: NEW })
    const [sent] = fetch.sent
    expect(sent).toMatchObject({ method: 'PUT', path: '/api/v2/me/password', body: { password: NEW } })
    expect(sent?.headers.cookie).toBe('influxdb-oss-session=key')
    expect(decodeBasic(sent?.headers.authorization ?? '')).toMatchObject({ username: 'zoë', password: OLD })
  })

  test.each(lengths)('%s: %s', async (newPassword, isRight) => {
    const { influx, fetch } = connect([204])
    const call = changePassword(influx, { oldPassword: OLD, newPassword })
    if (isRight) await call
    else await expect(call).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
    expect(fetch.sent).toHaveLength(isRight ? 1 : 0)
  })

  test('with a wrong old one says so, and shows neither', async () => {
    const { influx } = connect(refusal(403, 'forbidden', 'your username or password is incorrect'))
    const call = changePassword(influx, { oldPassword: 'wrong', newPassword: NEW })
    await expect(call).rejects.toMatchObject({ reason: 'password' })
    const told = connect(refusal(400, 'invalid', `${OLD} to ${NEW}`)).influx
    const error = await changePassword(told, { oldPassword: OLD, newPassword: NEW }).catch((error) => error)
    expect(inspect(error)).not.toContain('sesame')
  })

  test('is nothing for a token', async () => {
    const { influx, fetch } = connect([204], 'a-token')
    await expect(changePassword(influx, { oldPassword: OLD, newPassword: NEW })).rejects.toThrow(
      'wants a session',
    )
    expect(fetch.sent).toHaveLength(0)
  })
})

describe('setPassword', () => {
  test('sends the new one with the credential', async () => {
    const { influx, fetch } = connect([204], 'a-token')
    await setPassword(influx, { userID: '1f', password: NEW })
    expect(fetch.sent[0]).toMatchObject({
      method: 'POST',
      path: '/api/v2/users/1f/password',
      body: { password: NEW },
      headers: { authorization: 'Token a-token' },
    })
  })

  test.each(lengths)('%s: %s', async (password, isRight) => {
    const { influx, fetch } = connect([204])
    const call = setPassword(influx, { userID: '1f', password })
    if (isRight) await call
    else await expect(call).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
    expect(fetch.sent).toHaveLength(isRight ? 1 : 0)
  })

  test.each([
    { password: NEW },
    { userID: undefined, password: NEW },
    { userID: '1f' },
    { userID: '../me', password: NEW },
  ])('%j is refused before it is sent', async (user) => {
    const { influx, fetch } = connect([204])
    await expect(setPassword(influx, user as never)).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
    expect(fetch.sent).toHaveLength(0)
  })
})
