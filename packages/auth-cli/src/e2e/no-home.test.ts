// Where the user has no home folder, as in a container: what needs none works, and what would be kept there says what to do.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
/** A number that no account belongs to, where one may take it; else an empty HOME, which is no place either. */
const NOBODY = process.geteuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {}
const HOME = process.geteuid?.() === 0 ? {} : { HOME: '' }

function fluxauth(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') {
  return new Promise<{ status: unknown; out: string; err: string }>((resolve) => {
    const options = { ...NOBODY, env: { PATH: process.env.PATH, ...HOME, ...env }, cwd: '/', timeout: 20_000 }
    const child = execFile(process.execPath, [MAIN, ...args], options, (error, out, err) =>
      resolve({ status: error?.code ?? 0, out, err }),
    )
    child.stdin?.end(input)
  })
}

test('a token of the environment is used', async () => {
  const { status, out } = await fluxauth(['header'], {
    INFLUX_TOKEN: 'my-token',
    INFLUX_HOST: 'http://localhost:8086',
  })
  expect([status, out]).toEqual([0, expect.stringContaining('Authorization: Token my-token')])
})

test.each([['status'], ['header'], ['token'], ['exec', 'true'], ['request', 'GET', 'http://localhost:1/x']])(
  '%s finds no credential, and says where it looked',
  async (...args) => {
    const { out, err } = await fluxauth(args)
    expect(out + err).toContain('log in with fluxauth login')
    expect(err).not.toContain('ERR_UNEXPECTED')
  },
)

test('there are no profiles', async () => {
  const { status, out, err } = await fluxauth(['profiles'])
  expect([status, out + err]).toEqual([0, expect.stringContaining('There are no profiles')])
})

test.each([[['use', 'mine']], [['logout']], [['tokens', 'list']]])(
  '%j says what is missing',
  async (args) => {
    const { status, err } = await fluxauth(args)
    expect(status).not.toBe(0)
    expect(err).toMatch(/set HOME to the path of one|log in with fluxauth login/)
  },
)

test('what would be kept in it is refused with a sentence, and is told nowhere', async () => {
  const server = createServer((_, response) =>
    response.end('{"id":"0b501e7e557ab1ed","name":"zoe","authorizations":[],"orgs":[]}'),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const args = ['login', url, '--product', 'v2', '--scheme', 'token', '--store', 'file', '--insecure-storage']
  const { status, out, err } = await fluxauth(args, {}, 'my-s3cret')
  server.close()
  expect([status, err]).toEqual([6, expect.stringContaining('set HOME to the path of one')])
  expect(out + err).not.toContain('my-s3cret')
})
