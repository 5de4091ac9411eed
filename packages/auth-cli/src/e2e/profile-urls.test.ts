// What somebody wrote into the influx CLI's file is no address of a server: no command goes on with it, and none shows what it holds.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

const SECRET = 's3cret-of-the-url'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(() => person.leave())

async function writeConfigs(url: string): Promise<void> {
  await mkdir(join(person.home, '.influxdbv2'))
  const text = `[prod]\n  url = "${url}"\n  token = "t0ken"\n  active = true\n[other]\n  url = "http://127.0.0.1:1"\n  token = "t0ken"\n`
  await writeFile(join(person.home, '.influxdbv2', 'configs'), text, { mode: 0o600 })
}

const COMMANDS = [
  ['status'],
  ['check'],
  ['check', '/api/v2/me'],
  ['header'],
  ['token', 'http://127.0.0.1:1'],
  ['exec', '--', process.execPath, '-e', 'process.exit(7)'],
  ['request', 'GET', '/api/v2/me'],
  ['tokens', 'list'],
  ['snippet', 'curl'],
  ['proxy', '--', process.execPath, '-e', 'process.exit(7)'],
  ['login', '--profile', 'prod'],
]
const OTHERS = [
  'not a url',
  'localhost:8086',
  'file:///etc/passwd',
  'http://[::1',
  `http://127.0.0.1:1?token=${SECRET}`,
  `http://127.0.0.1:1/#${SECRET}`,
]

test.each([
  ...COMMANDS.map((args) => [args.join(' '), `http://zoe:${SECRET}@127.0.0.1:1`, args] as const),
  ...OTHERS.map((url) => ['header', url, ['header']] as const),
])('%s goes no further with a profile of the url %s', async (_, url, args) => {
  await writeConfigs(url)
  const { code, stdout, stderr } = await person.run(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('ERR_PROFILE_URL')
  expect(stderr).toContain('fluxauth profiles edit prod --url')
  expect(stderr).not.toContain(SECRET)
})

test.each([
  ['profiles', 'list'],
  ['profiles', 'list', '--json'],
  ['use', 'prod'],
  ['use', 'prod', '--json'],
  ['status', '--all', '--profile', 'other'],
  ['status', '--all', '--profile', 'other', '--json'],
])('%s %s %s shows such a profile without its secrets', async (...args) => {
  await writeConfigs(`http://zoe:${SECRET}@127.0.0.1:1?token=${SECRET}`)
  const { stdout, stderr } = await person.run(args)
  const shown = args[0] === 'use' && !args.includes('--json') ? stderr : stdout
  expect(shown).toContain('http://[redacted]@127.0.0.1:1?token=[redacted]')
  expect(stdout + stderr).not.toContain(SECRET)
})

test('another address is given to such a profile, and its credential goes', async () => {
  await writeConfigs(`http://zoe:${SECRET}@127.0.0.1:1`)
  const edit = ['profiles', 'edit', 'prod', '--url', 'http://127.0.0.1:2']
  const refused = await person.run(edit)
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('[ERR_PROFILE_SERVER]') })
  expect(refused.stderr).not.toContain(SECRET)
  const edited = await person.run([...edit, '--replace'])
  expect(edited).toMatchObject({ code: 0 })
  const { code, stdout } = await person.run(['profiles', 'list'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/prod +http:\/\/127\.0\.0\.1:2 +- +none/)
})
