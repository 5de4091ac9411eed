// Without a home folder nothing is found in it, what needs none goes on, and who wants to write there is told what to do.

import { homedir } from 'node:os'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  chain,
  fromInfluxConfigs,
  fromNetrc,
  fromValue,
  homeFolder,
  influxConfigsPath,
  readInfluxProfiles,
  writeInfluxProfiles,
} from '../index.ts'

vi.mock('node:os', async (load) => ({ ...(await load<typeof import('node:os')>()), homedir: vi.fn() }))

beforeEach(() => {
  for (const name of ['NETRC', 'INFLUX_CONFIGS_PATH', 'INFLUX_ACTIVE_CONFIG']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** As Node answers a user that no account belongs to; and one whose HOME is empty, or goes by the working folder. */
const homes: readonly (readonly [string, () => string])[] = [
  ['no account', () => expect.fail('uv_os_homedir returned ENOENT')],
  ['an empty HOME', () => ''],
  ['a HOME that is no whole path', () => 'home'],
]

test.each(homes)('%s', async (_, answer) => {
  vi.mocked(homedir).mockImplementation(answer)
  const context = { origin: 'http://localhost:8086' }
  const absent = {
    code: 'ERR_SOURCE_ABSENT',
    message: expect.stringContaining('set HOME to the path of one'),
  }
  expect(homeFolder).toThrow(expect.objectContaining(absent))
  expect(influxConfigsPath).toThrow(expect.objectContaining(absent))
  await expect(fromNetrc().find(context)).rejects.toMatchObject(absent)
  await expect(fromInfluxConfigs().find(context)).rejects.toMatchObject({ code: 'ERR_SOURCE_ABSENT' })
  expect(await readInfluxProfiles()).toEqual(new Map())
  await expect(writeInfluxProfiles({ mine: { url: 'http://localhost:8086' } })).rejects.toMatchObject(absent)
  const found = await chain([fromInfluxConfigs(), fromNetrc(), fromValue('my-token')]).find(context)
  expect(found.credentials).toEqual({ scheme: 'token', token: 'my-token' })
})

test('a profile that was asked for by name is not passed over for want of a home', async () => {
  vi.mocked(homedir).mockReturnValue('')
  const source = chain([fromInfluxConfigs({ profile: 'mine' }), fromValue('of-somebody-else')])
  await expect(source.find({ origin: 'http://localhost:8086' })).rejects.toMatchObject({
    code: 'ERR_SOURCE_INVALID',
  })
})
