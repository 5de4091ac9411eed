// Files that answer late, and a process that can open no more of them: each source says so with an error of its own, and goes on afterwards.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromEnv, fromInfluxConfigs, hostFromEnv, readInfluxProfiles } from '../index.ts'

const run = promisify(execFile)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-files-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a file that does not answer ends in the time that was given:', () => {
  const silent: readonly [what: string, ask: (pipe: string) => Promise<unknown>][] = [
    ['fromEnv', (pipe) => fromEnv({ env: { INFLUX_TOKEN_FILE: pipe }, timeout: 50 }).get()],
    ['fromEnv, its host', (pipe) => hostFromEnv({ env: { INFLUX_HOST_FILE: pipe }, timeout: 50 })],
    ['fromInfluxConfigs', (path) => fromInfluxConfigs({ path, timeout: 50 }).get()],
    ['readInfluxProfiles', (path) => readInfluxProfiles(path, { timeout: 50 })],
  ]
  test.each(silent)('%s', async (what, ask) => {
    const pipe = join(folder, what)
    await run('mkfifo', ['-m', '600', pipe])
    const before = Date.now()
    await expect(ask(pipe)).rejects.toMatchObject({ code: 'ERR_SOURCE_TIMEOUT' })
    expect(Date.now() - before).toBeLessThan(2000)
  })

  test('and the time is checked like any option', () => {
    expect(() => fromEnv({ timeout: 0 })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_VALUE' }))
    expect(() => fromInfluxConfigs({ timeout: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_VALUE' }),
    )
  })
})

test('where too many files are open each source says so, nothing is lost, and it goes on when there are fewer', async () => {
  const path = (name: string) => join(folder, name)
  const profiles = '[default]\nurl = "http://h"\ntoken = "t0ken"\n'
  await writeFile(path('token'), 't0ken', { mode: 0o600 })
  await writeFile(path('netrc'), 'machine h login joe password p', { mode: 0o600 })
  await writeFile(path('configs'), profiles, { mode: 0o600 })
  const entry = new URL('../../dist/index.js', import.meta.url).href
  const script = `
    import { closeSync, openSync } from 'node:fs'
    const { chain, fromEnv, fromExec, fromInfluxConfigs, fromKeyring, fromNetrc, fromTokenFile, fromValue, writeInfluxProfiles } =
      await import(${JSON.stringify(entry)})
    const [token, netrc, configs] = process.argv.slice(1)
    const sources = [
      fromTokenFile(token),
      fromEnv({ env: { INFLUX_TOKEN_FILE: token } }),
      fromNetrc({ path: netrc }),
      fromInfluxConfigs({ path: configs }),
      fromExec('echo', ['t0ken']),
    ].map((source) => chain([source, fromValue('of-somebody-else')]))
    const all = () =>
      Promise.all(sources.map((source) => source.find({ origin: 'http://h' }).then(({ source }) => source, ({ code, message }) => code + ' ' + message)))
    const open = []
    try {
      for (;;) open.push(openSync('/dev/null'))
    } catch {}
    const full = await all()
    const keyring = chain([fromKeyring({ account: 'a' }), fromValue('of-somebody-else')])
    full.push(await keyring.find().then(({ source }) => source, ({ code, message }) => code + ' ' + message))
    full.push(await writeInfluxProfiles({ other: { url: 'http://h' } }, configs).catch(({ code, message }) => code + ' ' + message))
    for (const file of open) closeSync(file)
    console.log(JSON.stringify({ full, free: await all() }))`
  const command = 'ulimit -n 200; exec "$0" --input-type=module -e "$@"'
  const args = ['-c', command, process.execPath, script, path('token'), path('netrc'), path('configs')]
  const { full, free } = JSON.parse((await run('bash', args)).stdout)
  expect(full).toHaveLength(7)
  for (const said of full) {
    expect(said).toMatch(
      /^ERR_SOURCE_INVALID .*(read|started|loaded|written), as too many files are open: close some, or raise/,
    )
    expect(said).not.toContain('t0ken')
  }
  expect(free).toEqual([
    path('token'),
    'INFLUX_TOKEN_FILE',
    `${path('netrc')}, machine h`,
    `profile default of ${path('configs')}`,
    'command echo',
  ])
  expect(await readFile(path('configs'), 'utf8')).toBe(profiles)
})

test('where too many files are open to start what asks the keyring, that is said, and asked again when there are fewer', async () => {
  const entry = new URL('../../dist/index.js', import.meta.url).href
  const script = `
    import { closeSync, openSync } from 'node:fs'
    const { chain, fromKeyring, fromValue } = await import(${JSON.stringify(entry)})
    const keyring = chain([fromKeyring({ service: 'fluxauth-test-no-such-service' }), fromValue('of-somebody-else')])
    const find = (origin) => keyring.find({ origin }).then(({ source }) => source, ({ code, message }) => code + ' ' + message)
    const free = await find('http://h')
    const open = []
    try {
      for (;;) open.push(openSync('/dev/null'))
    } catch {}
    const full = await find('http://other')
    for (const file of open) closeSync(file)
    console.log(JSON.stringify([free, full, await find('http://other')]))`
  const command = 'ulimit -n 200; exec "$0" --input-type=module -e "$@"'
  const [free, full, again] = JSON.parse(
    (await run('bash', ['-c', command, process.execPath, script])).stdout,
  )
  expect([free, again]).toEqual(['explicit', 'explicit'])
  expect(full).toBe(
    'ERR_SOURCE_INVALID What asks the keyring cannot be started, as too many files are open: close some, or raise the limit (ulimit -n)',
  )
})
