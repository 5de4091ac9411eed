// What tokens are made, changed and listed with: what is misspelt, empty or undefined there would be for more than was meant.

import { beforeEach, expect, test } from 'vitest'
import { createMemoryStore, createVerifier, type NewToken, OptionsError, type Verifier } from '../index.ts'

let verifier: Verifier
beforeEach(() => {
  verifier = createVerifier({ store: createMemoryStore() })
})

const held = { action: 'read', resource: { type: 'buckets', id: '1f' } } as const
const made: NewToken = { userID: '1', user: 'zoë', orgID: '01', org: 'home', permissions: [held] }

const refusalOf = async (run: () => Promise<unknown>): Promise<string> => {
  const error = await run().then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(OptionsError)
  return `${error.code} ${error.message}`
}

test.each<[string, object]>([
  ['everything', []],
  ['all permissions in a word', { permissions: 'all' }],
  ['none at all', { permissions: undefined }],
  ['one that stands alone', { permissions: held }],
  ['what is no permission', { permissions: [null] }],
  ['no action', { permissions: [{ resource: held.resource }] }],
  ['an action that there is not', { permissions: [{ ...held, action: 'Write' }] }],
  ['no resource', { permissions: [{ action: 'read' }] }],
  ['a resource in a word', { permissions: [{ action: 'read', resource: 'buckets' }] }],
  ['a resource without a type', { permissions: [{ action: 'read', resource: { id: '1f' } }] }],
  [
    'a misspelt name, which narrows nothing',
    { permissions: [{ action: 'read', resource: { type: 'buckets', ID: '1f' } }] },
  ],
  [
    'an id that is not set',
    { permissions: [{ action: 'read', resource: { type: 'buckets', id: undefined } }] },
  ],
  ['an id that is empty', { permissions: [{ action: 'read', resource: { type: 'buckets', id: '' } }] }],
  [
    'an organization that is null',
    { permissions: [{ action: 'read', resource: { type: 'buckets', orgID: null } }] },
  ],
  ['more than a permission', { permissions: [{ ...held, actions: ['write'] }] }],
  ['a user without an id', { userID: '' }],
  ['a user whose id is not set', { userID: undefined }],
  ['a user without a name', { user: undefined }],
  ['an id that is a number', { userID: 1 }],
  ['an organization that is empty', { orgID: '' }],
  ['a state that there is not', { status: 'enabled' }],
  ['a description that is none', { description: 7 }],
  ['a name that there is not', { permission: [held] }],
  ['what is the store’s to say', { hash: 'x' }],
])('no token is made of %s', async (_, change) => {
  const input = Array.isArray(change) ? ({} as NewToken) : ({ ...made, ...change } as NewToken)
  expect(await refusalOf(() => verifier.tokens.create(input))).toMatch(/^ERR_OPTION_(NAME|VALUE) /)
  expect(await verifier.tokens.list()).toEqual([])
})

test('the message says which, and what it may be', async () => {
  const permissions = [{ action: 'read', resource: { type: 'buckets', bucketID: 's3cret' } }] as const
  const message = await refusalOf(() => verifier.tokens.create({ ...made, permissions }))
  expect(message).toMatch(
    /^ERR_OPTION_VALUE permissions has to be a list of \{ action: 'read' or 'write', resource: /,
  )
  expect(message).not.toContain('s3cret')
})

test('a name that there is not is told without its value', async () => {
  const message = await refusalOf(() => verifier.tokens.create({ ...made, userId: 's3cret' } as NewToken))
  expect(message).toMatch(/^ERR_OPTION_NAME /)
  expect(message).not.toContain('s3cret')
})

test('a token is what it was when it was given, whatever its maker does to it meanwhile', async () => {
  const changing = { ...made, permissions: [{ action: 'read', resource: { type: 'buckets', id: '1f' } }] }
  const making = verifier.tokens.create(changing as NewToken)
  Object.assign(changing.permissions[0]?.resource ?? {}, { id: undefined })
  expect((await making).stored.permissions).toEqual([held])
})

test.each<[string, object]>([
  ['a misspelt name, with which a token would stay active', { state: 'inactive' }],
  ['a state that there is not', { status: 'off' }],
  ['permissions, which cannot change', { permissions: [held] }],
  ['its owner', { userID: '2' }],
  ['when it was changed', { updatedAt: '2030-01-01T00:00:00.000Z' }],
])('nothing is changed by %s', async (_, change) => {
  const { stored } = await verifier.tokens.create(made)
  expect(await refusalOf(() => verifier.tokens.update(stored.id, change))).toContain('ERR_OPTION_')
  expect(await verifier.tokens.get(stored.id)).toEqual(stored)
})

test.each<[string, object]>([
  ['a misspelt filter, which would list all', { userId: '1' }],
  ['no text', { userID: 1 }],
  ['a token that is none', { token: 1 }],
  ['less than none', { limit: -1 }],
  ['a part of one', { limit: 0.5 }],
  ['a hash, which nobody outside knows', { hash: 'x' }],
])('nothing is listed by %s', async (_, filter) => {
  expect(await refusalOf(() => verifier.tokens.list(filter))).toContain('ERR_OPTION_')
})

test('what may be left out is as good as undefined', async () => {
  const { stored } = await verifier.tokens.create({ ...made, orgID: undefined, description: undefined })
  expect(await verifier.tokens.update(stored.id, { status: undefined, description: 'new' })).toMatchObject({
    status: 'active',
    description: 'new',
  })
  expect(await verifier.tokens.list({ userID: '1', org: undefined })).toHaveLength(1)
  expect(await verifier.tokens.list({ limit: 0 })).toEqual([])
})
