// What is kept where no file has it: for one profile at one server, and only what is a credential comes back.

import { beforeEach, expect, test, vi } from 'vitest'
import { askKeyring } from './keyring.ts'
import { loadSecret, removeSecret, saveSecret } from './secrets.ts'

vi.mock(import('./keyring.ts'), async (actual) => ({ ...(await actual()), askKeyring: vi.fn() }))
vi.mock(import('./memory.ts'), () => ({
  saveInMemory: async (account: string, secret: string) => {
    kept.memory.set(account, secret)
    return 'the kernel keyring'
  },
  loadFromMemory: async (account: string) => kept.memory.get(account),
  removeFromMemory: async (account: string) => {
    await new Promise(setImmediate)
    kept.memory.delete(account)
  },
}))

const URL_ = 'https://influx.example/path'
const kept = { keyring: new Map<string, string>(), memory: new Map<string, string>() }
const places = ['keyring', 'memory'] as const
beforeEach(() => {
  for (const place of places) kept[place].clear()
  vi.mocked(askKeyring).mockImplementation(async ({ action, account, store, secret = '' }) => {
    expect(store).toBe('secret-service')
    if (action === 'set') kept.keyring.set(account, secret)
    const found = kept.keyring.get(account)
    if (action === 'delete') kept.keyring.delete(account)
    return action === 'get' ? found : undefined
  })
})

test.each([
  ['keyring', 'the keyring'],
  ['memory', 'the kernel keyring'],
] as const)(
  'in the %s a secret is kept under its profile and server, and goes from there alone',
  async (place, where) => {
    for (const credentials of [
      { scheme: 'token', token: 's3cret' },
      { scheme: 'bearer', token: 's3cret' },
      { scheme: 'basic', username: 'zoë', password: 'p:ä' },
    ] as const) {
      expect(await saveSecret(place, 'prod', URL_, credentials)).toBe(where)
      expect(await loadSecret(place, 'prod', 'https://influx.example/other')).toEqual(credentials)
    }
    const other = places.find((each) => each !== place) ?? place
    for (const [where, profile, url] of [
      [place, 'prod', 'http://influx.example/path'],
      [place, 'prod', 'https://influx.example:8086/path'],
      [place, 'other', URL_],
      [other, 'prod', URL_],
    ] as const) {
      expect(await loadSecret(where, profile, url)).toBeUndefined()
      await removeSecret(where, profile, url)
    }
    expect([...kept[place].keys()]).toEqual(['prod https://influx.example'])
    await removeSecret(place, 'prod', URL_)
    expect([kept[place].size, await loadSecret(place, 'prod', URL_)]).toEqual([0, undefined])
  },
)

test.each([
  '',
  's3cret',
  'null',
  '{"scheme":"token"}',
  '{"scheme":"token","token":1}',
  '{"scheme":"basic","username":"s3cret"}',
  '{"scheme":"basic","password":"s3cret"}',
  '{"scheme":"basic","username":1,"password":"s3cret"}',
  '{"scheme":"basic","token":"s3cret"}',
  '{"scheme":"other","token":"s3cret"}',
])('what is kept and is no credential is said to be none, and not repeated: %s', async (text) => {
  kept.memory.set('prod https://influx.example', text)
  const error = await loadSecret('memory', 'prod', URL_).catch((caught) => caught)
  expect(error).toMatchObject({ code: 'ERR_SECRET_UNREADABLE', message: expect.stringContaining('prod') })
  expect(error.message).not.toContain('s3cret')
})

test('of what is kept a credential comes back, and nothing that lies beside it', async () => {
  const account = 'prod https://influx.example'
  kept.memory.set(account, '{"scheme":"bearer","token":"t","username":"zoë","password":"p","more":1}')
  expect(await loadSecret('memory', 'prod', URL_)).toEqual({ scheme: 'bearer', token: 't' })
})
