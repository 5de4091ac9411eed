// `@fluxauth/auth-core/influxdb` on a running InfluxDB 2, with tokens as they come and with hashed ones.

import { encodeBasic } from '@fluxauth/auth-core'
import {
  allAccess,
  authorizations,
  buckets,
  changePassword,
  checkToken,
  describePermissions,
  detectProduct,
  type Influx,
  influxApi,
  me,
  operator as operatorPermissions,
  orgs,
  RotationError,
  readBucket,
  rotate,
  setPassword,
  signIn,
  signOut,
  v1Users,
  writeBucket,
} from '@fluxauth/auth-core/influxdb'
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

    describe('a token', () => {
      const create = (permissions = [readBucket(server.bucketID, server.orgID)], more = {}) =>
        authorizations.create(operator(), { orgID: server.orgID, permissions, ...more })

      test('is shown as it is made, and later where it is not hashed', async () => {
        const made = await create(undefined, { description: 'a reader' })
        expect(made.token).toHaveLength(88)
        const read = await authorizations.get(operator(), made.id)
        expect(read.token).toBe(hashedTokens ? undefined : made.token)
        expect({ ...read, updatedAt: '' }).toEqual({ ...made, updatedAt: '' })
        expect(describePermissions(read.permissions)).toEqual([
          `read the bucket ${server.bucket} of the organization ${server.org}`,
        ])
      })

      test('is listed by each filter there is, and by no other authorization’s', async () => {
        const { id } = await create()
        const { userID, orgID, org } = server
        for (const filters of [{ id }, { userID }, { user: 'zoë' }, { orgID }, { org }, { userID, org }]) {
          const found = await authorizations.list(operator(), filters)
          expect(found.map((one) => one.id)).toContain(id)
        }
        expect(await authorizations.list(operator(), { userID: '0000000000000001' })).toEqual([])
        await expect(authorizations.list(operator(), { user: 'nobody' })).rejects.toMatchObject({
          reason: 'not-found',
        })
      })

      test('that may not say whose it is is good all the same, until it is inactive, and unknown once it is deleted', async () => {
        const { id, token = '' } = await create()
        expect(await checkToken(anybody(), token)).toEqual({ state: 'good', user: { id: server.userID } })
        await authorizations.update(operator(), id, { status: 'inactive', description: 'ä' })
        expect(await checkToken(anybody(), token)).toEqual({ state: 'inactive' })
        expect(await authorizations.get(operator(), id)).toMatchObject({
          status: 'inactive',
          description: 'ä',
        })
        await authorizations.delete(operator(), id)
        expect(await checkToken(anybody(), token)).toEqual({ state: 'unknown' })
        await expect(authorizations.delete(operator(), id)).rejects.toMatchObject({ reason: 'not-found' })
      })

      test.each([
        ['one bucket’s', () => [readBucket(server.bucketID), writeBucket(server.bucketID)], 2],
        ['all of an organization', () => allAccess(server.orgID), 44],
        ['an operator’s', () => operatorPermissions(), 44],
      ])('can have %s permissions', async (_, permissions, count) => {
        const made = await create(permissions())
        expect(made.permissions).toHaveLength(count)
        expect(await checkToken(anybody(), made.token ?? '')).toMatchObject({ state: 'good' })
        await authorizations.delete(operator(), made.id)
      })

      test('that is the first of a server has an operator’s permissions', async () => {
        const { permissions } = await authorizations.get(operator(), server.authorizationID)
        expect(describePermissions(permissions)).toEqual(['everything in every organization'])
      })

      test('gives no more than it has', async () => {
        const { token = '' } = await create(allAccess(server.orgID))
        const weaker = influxApi({ url: server.url, credentials: token })
        const call = authorizations.create(weaker, {
          orgID: server.orgID,
          permissions: operatorPermissions(),
        })
        await expect(call).rejects.toMatchObject({ reason: 'permission' })
      })
    })

    describe('a program’s token', () => {
      /** With all that it needs to replace itself. */
      const createOwn = async () => {
        const { orgID, userID, bucketID } = server
        const actions = ['read', 'write'] as const
        const { id, token = '' } = await authorizations.create(operator(), {
          orgID,
          description: 'the program',
          permissions: [
            readBucket(bucketID, orgID),
            ...actions.map((action) => ({ action, resource: { type: 'authorizations', orgID } })),
            ...actions.map((action) => ({ action, resource: { type: 'users', id: userID } })),
          ],
        })
        return { id, token }
      }
      const living = async () =>
        (await authorizations.list(operator())).filter(({ description }) =>
          description.includes('the program'),
        )

      test('is replaced by itself, and the operator’s, the first of the list, lives on', async () => {
        let file = await createOwn()
        const first = file
        const before = await authorizations.get(operator(), first.id)
        const influx = influxApi({ url: server.url, credentials: () => file.token })
        for (let i = 0; i < 3; i++) {
          const made = await rotate(influx, {
            id: file.id,
            store: (token, { id }) => {
              file = { token, id }
            },
          })
          expect(made.id).toBe(file.id)
        }
        const after = await authorizations.get(influx, file.id)
        const same = ({ permissions, orgID, userID, description, status }: typeof after) => [
          permissions,
          orgID,
          userID,
          description,
          status,
        ]
        expect(same(after)).toEqual(same(before))
        expect((await living()).map(({ id }) => id)).toEqual([file.id])
        expect(await checkToken(anybody(), first.token)).toEqual({ state: 'unknown' })
        expect(await checkToken(operator())).toMatchObject({ state: 'good' })
        await authorizations.delete(operator(), file.id)
      })

      test('is known by its value where that is shown, and by its id alone where it is hashed', async () => {
        let file = await createOwn()
        const influx = influxApi({ url: server.url, credentials: () => file.token })
        const call = rotate(influx, {
          store: (token, { id }) => {
            file = { token, id }
          },
        })
        if (hashedTokens) await expect(call).rejects.toMatchObject({ code: 'ERR_ROTATION_ID' })
        else await call
        expect((await living()).map(({ id }) => id)).toEqual([file.id])
        expect(await checkToken(influx)).toMatchObject({ state: 'good' })
        await authorizations.delete(operator(), file.id)
      })

      test('lives on where the successor is not kept, and nothing else does', async () => {
        const { id, token } = await createOwn()
        const influx = influxApi({ url: server.url, credentials: token })
        const store = () => Promise.reject(new Error('disk full'))
        await expect(rotate(influx, { id, store })).rejects.toThrow(RotationError)
        expect((await living()).map((one) => one.id)).toEqual([id])
        await authorizations.delete(operator(), id)
      })

      test('that lacks a permission for it is left as it was', async () => {
        const { id, token = '' } = await authorizations.create(operator(), {
          orgID: server.orgID,
          description: 'the program',
          permissions: [readBucket(server.bucketID, server.orgID)],
        })
        const influx = influxApi({ url: server.url, credentials: token })
        const call = rotate(influx, { id, store: () => undefined })
        await expect(call).rejects.toMatchObject({
          step: 'find',
          cause: { reason: 'permission' },
          left: { todo: 'nothing' },
        })
        expect((await living()).map((one) => one.id)).toEqual([id])
        await authorizations.delete(operator(), id)
      })
    })

    test('a user of the v1-compatible endpoints is made, and goes in once there is a password', async () => {
      const { orgID, bucketID } = server
      const { id } = await v1Users.create(operator(), {
        username: 'v1user',
        orgID,
        permissions: [readBucket(bucketID, orgID), writeBucket(bucketID, orgID)],
      })
      const ask = async (password: string) => {
        const headers = { authorization: encodeBasic('v1user', password) }
        return (await fetch(`${server.url}/query?db=weather&q=SHOW+MEASUREMENTS`, { headers })).status
      }
      expect(await ask('p:ä ß€-1')).toBe(401)
      await v1Users.setPassword(operator(), { id, password: 'p:ä ß€-1' })
      expect(await ask('p:ä ß€-1')).toBe(200)
      expect((await v1Users.list(operator())).map(({ username }) => username)).toEqual(['v1user'])
      await expect(authorizations.get(operator(), id)).rejects.toMatchObject({ reason: 'not-found' })
      await v1Users.update(operator(), id, { status: 'inactive' })
      expect(await ask('p:ä ß€-1')).toBe(401)
      await v1Users.delete(operator(), id)
      expect(await v1Users.list(operator())).toEqual([])
    })

    test('names lead to identifiers, and to nothing where there is none', async () => {
      expect(await orgs.find(operator(), server.org)).toEqual({ id: server.orgID, name: server.org })
      expect(await orgs.find(operator(), 'nosuch')).toBeUndefined()
      const { orgID, bucket } = server
      expect(await buckets.list(operator(), { name: bucket, orgID })).toEqual([
        { id: server.bucketID, name: bucket, orgID },
      ])
      expect(await buckets.list(operator(), { name: 'nosuch' })).toEqual([])
    })

    test('all buckets are listed, though InfluxDB gives twenty', async () => {
      for (let i = 0; i < 25; i++) {
        const body = { orgID: server.orgID, name: `extra-${i}`, retentionRules: [] }
        await operator().send({ method: 'POST', path: '/api/v2/buckets', body })
      }
      expect((await buckets.list(operator())).length).toBe(28)
    })

    describe('a user', () => {
      const add = async (name: string): Promise<{ userID: string; username: string; password: string }> => {
        const { body } = await operator().send({ method: 'POST', path: '/api/v2/users', body: { name } })
        const userID = (body as { id: string }).id
        const password = '€€€'
        await setPassword(operator(), { userID, password })
        return { userID, username: name, password }
      }

      test('changes the own password with a session: other sessions go on', async () => {
        const mia = await add('mia')
        const signedIn: Influx = anybody().as(await signIn(anybody(), mia))
        const wrong = changePassword(signedIn, { oldPassword: 'wrong', newPassword: 'long-enough' })
        await expect(wrong).rejects.toMatchObject({ status: 403, reason: 'password' })
        await changePassword(signedIn, { oldPassword: mia.password, newPassword: '€'.repeat(24) })
        expect((await me(signedIn)).name).toBe('mia')
        await expect(signIn(anybody(), mia)).rejects.toMatchObject({ reason: 'credential' })
        expect((await signIn(anybody(), { ...mia, password: '€'.repeat(24) })).user.name).toBe('mia')
      })

      test('who is inactive does not sign in, and is told apart from a wrong password', async () => {
        const otto = await add('otto')
        const { token = '' } = await authorizations.create(operator(), {
          orgID: server.orgID,
          userID: otto.userID,
          permissions: [readBucket(server.bucketID, server.orgID)],
        })
        const path = `/api/v2/users/${otto.userID}`
        await operator().send({ method: 'PATCH', path, body: { status: 'inactive' } })
        await expect(signIn(anybody(), otto)).rejects.toMatchObject({ reason: 'user-inactive' })
        await expect(signIn(anybody(), { ...otto, password: 'wrong' })).rejects.toMatchObject({
          reason: 'credential',
        })
        expect(await checkToken(anybody(), token)).toEqual({ state: 'user-inactive' })
        await operator().send({ method: 'DELETE', path })
        expect(await checkToken(anybody(), token)).toEqual({ state: 'user-inactive' })
      })
    })
  })
})

describeReal('InfluxDB 2 with strong passwords', ['influxdb2'], () => {
  test('says which password is too weak', async () => {
    const server = await startInfluxdb2({ strongPasswords: true })
    try {
      const influx = influxApi({ url: server.url, credentials: server.token })
      const weak = setPassword(influx, { userID: server.userID, password: 'alllowercase' })
      await expect(weak).rejects.toMatchObject({
        reason: 'invalid',
        serverMessage: expect.stringContaining('three of'),
      })
    } finally {
      await server.stop()
    }
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
