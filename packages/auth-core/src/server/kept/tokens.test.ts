// What a new token may be: none is for more than was meant, or of nobody, because a variable was not set.

import { describe, expect, test } from 'vitest'
import { createMemoryStore, createVerifier, type NewToken } from '../index.ts'

const resource = { type: 'buckets', id: '1f' }
const whole: NewToken = {
  userID: 'u1',
  user: 'zoë',
  orgID: 'o1',
  permissions: [{ action: 'read', resource }],
  description: '',
  status: 'inactive',
}

function startTokens() {
  const store = createMemoryStore()
  return { store, ...createVerifier({ store }) }
}

describe('a new token', () => {
  test.each<[string, object]>([
    ['of no user', { userID: undefined }],
    ['of no user, whose name is empty', { userID: '' }],
    ['of somebody without a name', { user: undefined }],
    ['of nobody’s name', { user: null }],
    ['of a number', { userID: 5 }],
    ['without permissions', { permissions: undefined }],
    ['that may do everything, as users may', { permissions: 'all' }],
    ['with a permission that is none', { permissions: [null] }],
    ['with a permission for nothing', { permissions: [{ action: 'read' }] }],
    ['with another action', { permissions: [{ action: 'delete', resource }] }],
    [
      'for one of them, and then for all',
      { permissions: [{ action: 'read', resource: { ...resource, id: undefined } }] },
    ],
    [
      'for an empty organization',
      { permissions: [{ action: 'read', resource: { type: 'buckets', orgID: '' } }] },
    ],
    ['in an empty organization', { orgID: '' }],
    ['of another status', { status: 'enabled' }],
    ['described by an object', { description: {} }],
  ])('%s is refused, and not kept', async (_, odd) => {
    const { store, tokens } = startTokens()
    await expect(tokens.create({ ...whole, ...odd } as NewToken)).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
    })
    expect(await store.tokens.list()).toEqual([])
  })

  test('with a misspelt name is refused, and shows no value', async () => {
    const { tokens } = startTokens()
    const odd = { ...whole, userId: 's3cret' } as NewToken
    const error = await tokens.create(odd).catch((error) => error)
    expect(error).toMatchObject({ code: 'ERR_OPTION_NAME' })
    expect(error.message).not.toContain('s3cret')
  })

  test('is what it was when it was given, whatever its maker does to it meanwhile', async () => {
    const { tokens } = startTokens()
    const changing = { ...whole, permissions: [{ action: 'read', resource: { ...resource } }] }
    const made = tokens.create(changing as NewToken)
    Object.assign(changing.permissions[0]?.resource ?? {}, { id: undefined })
    expect((await made).stored.permissions).toEqual(whole.permissions)
  })

  test('may be left out of what is optional by undefined', async () => {
    const { tokens } = startTokens()
    const { stored } = await tokens.create({
      ...whole,
      orgID: undefined,
      status: undefined,
      token: undefined,
    })
    expect(stored).toMatchObject({ status: 'active', userID: 'u1' })
  })
})

test('a change of a token is what it may be', async () => {
  const { tokens } = startTokens()
  const { stored } = await tokens.create(whole)
  for (const odd of [{ status: 'enabled' }, { description: 5 }, { permissions: [] }]) {
    await expect(tokens.update(stored.id, odd as object)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_OPTION_/),
    })
  }
  expect(await tokens.get(stored.id)).toEqual(stored)
})
