// The command on a terminal, which `script` makes: what a person sees of it, and what their terminal is spared.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Typed, typeAsShown } from './testing/type-as-shown.ts'

const MAIN = fileURLToPath(new URL('../dist/main.cjs', import.meta.url))
// That of util-linux, which Linux has everywhere: others take other options.
const SCRIPT = '/usr/bin/script'
const isThere = process.platform === 'linux' && existsSync(SCRIPT)

/** Runs the command on a terminal; types each text as soon as what is before it has been shown. */
async function onTerminal(args: string, typed: Typed = []) {
  const child = spawn(SCRIPT, ['-qefc', `${process.execPath} ${MAIN} ${args}`, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: '/no-home', NO_COLOR: '1', INFLUX_TOKEN: 'x', TERM: 'xterm' },
  })
  let screen = ''
  child.stdout.on('data', (chunk) => {
    screen += chunk
  })
  typeAsShown(child, typed)
  const [code] = await once(child, 'close')
  return { code, screen }
}

describe.skipIf(!isThere)('on a terminal', () => {
  test('decode says that it waits, and does not show what is typed', async () => {
    const { code, screen } = await onTerminal('decode', [['it is not shown', 'Basic dTpzM2NyZXQ=\r']])
    expect(code).toBe(0)
    expect(screen).toContain('Authorization value')
    expect(screen).toContain('username: u')
    expect(screen).not.toContain('dTpzM2NyZXQ')
  })

  test('an empty password at the prompt is refused', async () => {
    const { code, screen } = await onTerminal('encode basic -u u', [['it is not shown', '\r']])
    expect(code).toBe(2)
    expect(screen).toContain('ERR_INPUT_EMPTY')
  })

  test.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-C after a part of it', 's3cr\x03'],
    ['Ctrl-D', '\x04'],
  ])('%s at a prompt ends with 130, on a line of its own', async (_, typed) => {
    const { code, screen } = await onTerminal('encode token', [['it is not shown', typed]])
    expect(code).toBe(130)
    expect(screen).toBe('? Token (it is not shown): \r\nfluxauth: Interrupted [ERR_INTERRUPTED]\r\n')
    const asked = await onTerminal('login', [['Server', typed.slice(-1)]])
    expect([asked.code, asked.screen]).toEqual([130, expect.stringContaining('\nfluxauth: Interrupted')])
  })

  test('a server whose address is none is asked for again', async () => {
    const { code, screen } = await onTerminal('login', [
      ['Server', 'localhost:8086\r'],
      // Not before it asks: until then Ctrl-C is a signal, which ends it without a word.
      ['with its http://', ''],
      ['Server (', '\x03'],
    ])
    expect([code, screen]).toEqual([130, expect.stringMatching(/with its http:[\s\S]*Server \(/)])
  })

  test('a prompt goes on after Ctrl-Z and fg, and what was typed is not lost', async () => {
    const again = `--version; set -m; ${process.execPath} ${MAIN} encode token; echo stopped; fg`
    const { code, screen } = await onTerminal(again, [
      ['it is not shown', 's3c\x1a'],
      ['it is not shown', 'ret\r'],
    ])
    expect([code, screen]).toEqual([0, expect.stringMatching(/stopped[\s\S]*shown\): \r\nToken s3cret\r\n$/)])
  })

  test('what records the terminal does not learn how long a secret is', async () => {
    const screens = ['a\r', `${'a'.repeat(88)}\r`, 'a\u007fbc\u007f\u001b[D\r'].map(async (typed) => {
      const { screen } = await onTerminal('encode token > /dev/null', [['it is not shown', typed]])
      return screen
    })
    for (const screen of await Promise.all(screens)) expect(screen).toBe('? Token (it is not shown): \r\n')
  })

  test('a server moves no cursor, and what is binary is not shown', async () => {
    const server = createServer(({ url }, response) => {
      if (url === '/binary')
        response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 0, 27, 1]))
      else
        response.writeHead(200, { 'content-type': 'text/plain', 'x-evil': 'a\x9bb' }).end('\x1b[2J\u202eevil')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const text = await onTerminal(`request GET ${origin}/ --include`)
    expect(text.screen).toContain('\\x1b[2J\\u202eevil')
    expect(text.screen).toContain('x-evil: a\\x9bb')
    const { code, screen } = await onTerminal(`request GET ${origin}/binary`)
    expect(code).toBe(0)
    expect(screen).toContain('--output')
    expect(screen).not.toContain('\x1b')
    expect(screen, 'nor what of it could be').not.toMatch(/P|x1b/)
    // Who asks for it has it, and then as it is.
    expect((await onTerminal(`request GET ${origin}/binary --output -`)).screen).toMatch(/P\0\x1b\x01$/)
    server.close().closeAllConnections()
  })
})
