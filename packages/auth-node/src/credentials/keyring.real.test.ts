// A real keyring, and one that hangs: the first is read, and the second holds up nobody.

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeReal, startKeyring } from '@fluxauth/auth-testkit/real'
import { expect, test } from 'vitest'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a script with the built package, as ES module or CommonJS, on some session bus. */
async function run(script: string, bus: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: tmpdir(), DBUS_SESSION_BUS_ADDRESS: bus }
  const { stdout } = await promisify(execFile)(process.execPath, script.split('\0'), { cwd, env })
  return stdout.trim()
}

describeReal('fromKeyring', ['dbus', 'keyring'], () => {
  test.each([
    ['an ES module', ['--input-type=module', '-e', "import { fromKeyring } from './dist/index.js'; "]],
    ['CommonJS', ['--input-type=commonjs', '-e', "const { fromKeyring } = require('./dist/index.cjs'); "]],
  ])('reads a real keyring, as %s', async (_, [type, option, load]) => {
    const keyring = await startKeyring()
    try {
      const bus = keyring.env.DBUS_SESSION_BUS_ADDRESS ?? ''
      const put =
        "new (require('@napi-rs/keyring').Entry)('fluxauth', 'http://localhost:8086').setPassword('my-token')"
      await run(['-e', put].join('\0'), bus)
      const find =
        "fromKeyring().get({ origin: 'http://localhost:8086' }).then((found) => console.log(JSON.stringify(found)))"
      expect(JSON.parse(await run([type, option, load + find].join('\0'), bus))).toEqual({
        scheme: 'token',
        token: 'my-token',
      })
      const other = "fromKeyring().get({ origin: 'http://other' }).catch((error) => console.log(error.code))"
      expect(await run([type, option, load + other].join('\0'), bus)).toBe('ERR_SOURCE_ABSENT')
    } finally {
      await keyring.stop()
    }
  })
})

test.runIf(process.platform === 'linux')(
  'a keyring that hangs ends in time, and holds up nothing else',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fluxauth-bus-'))
    const server = createServer(() => undefined).listen(join(folder, 'bus'))
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const script = `
      import { chain, fromKeyring, fromValue } from './dist/index.js'
      let ticks = 0
      const timer = setInterval(() => ticks++, 20)
      const error = await chain([fromKeyring({ timeout: 500 }), fromValue('next')]).get({ origin: 'http://localhost' }).catch((error) => error)
      clearInterval(timer)
      console.log(error.code, ticks > 5)`
      const started = Date.now()
      expect(
        await run(['--input-type=module', '-e', script].join('\0'), `unix:path=${join(folder, 'bus')}`),
      ).toBe('ERR_SOURCE_TIMEOUT true')
      expect(Date.now() - started).toBeLessThan(10_000)
    } finally {
      server.close()
      await rm(folder, { recursive: true })
    }
  },
)
