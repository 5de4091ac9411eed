// What is said on a narrow terminal: errors, hints, warnings and questions break between words, and what is copied from them stays whole.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasTerminal, Person } from '../testing/person.ts'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(() => person.leave())

const WIDTH = 40
/** Lines that are too long, but for a command or an address alone on its line. */
const tooLong = (screen: string) =>
  screen
    .split(/\r?\n/)
    .filter(
      (line) => line.length > WIDTH && !/^ *\(?(fluxauth |npm |export |https?:\/\/\S+$|\/\S+$)/.test(line),
    )

describe.skipIf(!hasTerminal)('on a terminal of 40 columns', () => {
  const run = async (args: string, typed: [string, string][] = []) =>
    (await person.onTerminal(args, typed, {}, WIDTH)).stdout

  test.each([
    ['token --reveal', 'ERR_NO_CREDENTIAL'],
    ['token', 'ERR_REVEAL'],
    ['login localhost:8086', 'ERR_USAGE'],
    ['login http://influx.example', 'ERR_TARGET_INSECURE'],
    ['login http://127.0.0.1:1 --store file', 'ERR_PORT'],
    ['header --reveal -p nobody', 'ERR_NO_PROFILE'],
    ['frobnicate', 'ERR_USAGE'],
    ['login --tokne x', 'ERR_USAGE'],
    ['decode Basic\\ dTpw', 'Warning: The value stays'],
    ['check http://u:p@localhost:1', 'ERR_URL_CREDENTIAL'],
    ['status', 'fluxauth login'],
    ['profiles', 'There are no profiles'],
    ['request GET /api/v2/me', 'ERR_'],
    ['tokens create', 'ERR_'],
  ])('%s', async (args, said) => {
    const screen = await run(args)
    expect(tooLong(screen)).toEqual([])
    expect(screen.replace(/\s+/g, ' ')).toContain(said)
  })

  test('what is copied is in one line', async () => {
    await person.run(['profiles', 'add', 'a-server-with-a-long-name', '--url', 'http://localhost:1'])
    const screen = await run('login http://localhost:2 -p a-server-with-a-long-name', [['[y/N]:', 'n\r']])
    expect(stripped(screen)).toMatch(/^\? Profile a-server-with-a-long-name is/m)
    expect(tooLong(stripped(screen))).toEqual([])
    const added = await run('profiles add another-server --url http://localhost:1')
    expect(added).toMatch(/^fluxauth login --profile another-server\r?$/m)
  })

  test('questions are folded, and what is typed comes behind them', async () => {
    const server = createServer((_, response) => {
      response.setHeader('x-influxdb-version', 'v2.8.0')
      response.setHeader('x-influxdb-build', 'OSS')
      response.setHeader('content-type', 'application/json')
      response.writeHead(200).end('{"allowed":false}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await person.run(['profiles', 'add', 'app', '--url', 'http://localhost:1'])
    const screen = await run(`login ${url} -p app --store memory`, [
      ['[y/N]:', 'y\r'],
      ['Sign in with', '1\r'],
      ['it is not shown', '\u0003'],
    ])
    server.close().closeAllConnections()
    expect(screen).toContain('[y/N]: ')
    expect(tooLong(stripped(screen))).toEqual([])
  })

  test('with --json nothing is folded', async () => {
    const [line = ''] = (await run('login localhost:8086 --json')).split(/\r?\n/)
    expect(JSON.parse(line).error.code).toBe('ERR_USAGE')
  })
})

test('in a pipe nothing is folded', async () => {
  const { stderr } = await person.run(['login', 'http://influx.example'])
  expect(stderr.split('\n')).toHaveLength(2)
  expect(stderr.length).toBeGreaterThan(WIDTH)
})

/** Without what moves the cursor and clears. */
function stripped(screen: string): string {
  return screen.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '')
}
