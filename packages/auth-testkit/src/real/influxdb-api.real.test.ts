// `@fluxauth/auth-core/influxdb` on a running InfluxDB 2, with tokens as they come and with hashed ones.

import { checkToken, detectProduct, influxApi, me, signIn, signOut } from '@fluxauth/auth-core/influxdb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  describeReal,
  type RunningInfluxdb2,
  type RunningServer,
  startInfluxdb,
  startInfluxdb2,
} from './index.ts'

const PASSWORD = 'p:ä ß€-Long1'
const ZOE = { username: 'zoë', password: PASSWORD }

describeReal('InfluxDB 2, by our functions,', ['influxdb2'], () => {
  describe.each([
    ['with tokens as they come', false],
    ['with hashed tokens', true],
  ])('%s', (_, hashedTokens) => {
    let server: RunningInfluxdb2
    beforeAll(async () => {
      server = await startInfluxdb2({ ...ZOE, hashedTokens })
    })
    afterAll(() => server?.stop())

    const anybody = () => influxApi({ url: server.url })
    const operator = () => influxApi({ url: server.url, credentials: server.token })

    test('is known for what it is', async () => {
      expect(await detectProduct(server.url)).toMatchObject({ product: 'v2', sure: 'certain' })
    })

    test('lets a user sign in, ask who that is, and sign out, once', async () => {
      const session = await signIn(anybody(), ZOE)
      const signedIn = anybody().as(session)
      expect(session.user).toEqual({ id: server.userID, name: 'zoë', status: 'active' })
      expect(await me(signedIn)).toEqual(session.user)
      expect(await signOut(signedIn)).toBe(true)
      expect(await signOut(signedIn)).toBe(false)
      await expect(me(signedIn)).rejects.toMatchObject({ reason: 'credential' })
    })

    test('refuses another password', async () => {
      const call = signIn(anybody(), { ...ZOE, password: 'wrong-password' })
      await expect(call).rejects.toMatchObject({
        status: 401,
        reason: 'credential',
        serverCode: 'unauthorized',
      })
    })

    test('refuses a password where it takes tokens, and the message says what to do', async () => {
      const call = me(influxApi({ url: server.url, credentials: { scheme: 'basic', ...ZOE } }))
      await expect(call).rejects.toThrow('sign in first')
    })

    test('tells a good token from an unknown one', async () => {
      expect(await checkToken(operator())).toMatchObject({ state: 'good', user: { name: 'zoë' } })
      expect(await checkToken(anybody(), 'unknown')).toEqual({ state: 'unknown' })
    })
  })
})

describeReal('InfluxDB 1.6, by our functions,', ['influxdb'], () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startInfluxdb({ username: 'zoë', password: 'secret' })
  })
  afterAll(() => server?.stop())

  test('is known for what it is', async () => {
    expect(await detectProduct(server.url)).toMatchObject({
      product: 'v1',
      sure: 'certain',
      version: expect.stringMatching(/^1\.6/),
    })
  })

  test('has no tokens to check', async () => {
    await expect(checkToken(influxApi({ url: server.url }), 'a-token')).rejects.toMatchObject({
      reason: 'not-found',
    })
  })
})
