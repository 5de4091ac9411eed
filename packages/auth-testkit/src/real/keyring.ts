// A real keyring, unlocked, on a session bus of its own: what programs of a desktop keep their secrets in.

import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requirePart } from './parts.ts'
import { runProgram, temporaryFolder } from './process.ts'

/** A keyring that was started for a test. */
export interface RunningKeyring {
  /** What a program's environment needs to find it: `DBUS_SESSION_BUS_ADDRESS`. */
  readonly env: Readonly<Record<string, string>>
  /** Stops it and its bus, and removes their folder. */
  stop(): Promise<void>
}

/**
 * Starts GNOME Keyring with an unlocked, empty keyring, on a D-Bus session bus in a folder of its own.
 *
 * @returns the running keyring
 * @throws {Error} where this machine has none, with the way to get it
 * @see `describeReal`, whose example starts nginx in this way
 */
export async function startKeyring(): Promise<RunningKeyring> {
  const [bus, keyring] = [requirePart('dbus'), requirePart('keyring')]
  const folder = await temporaryFolder('keyring')
  const address = `unix:path=${join(folder, 'bus')}`
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: join(folder, 'run'),
    DBUS_SESSION_BUS_ADDRESS: address,
  }
  await mkdir(env.XDG_RUNTIME_DIR, { mode: 0o700 })
  const asksBus = async (method: string, ...args: readonly string[]) => {
    const to = ['--session', '--dest=org.freedesktop.DBus', '--print-reply', '/org/freedesktop/DBus']
    const { stdout } = await promisify(execFile)(
      'dbus-send',
      [...to, `org.freedesktop.DBus.${method}`, ...args],
      { env },
    )
    return stdout
  }
  const runningBus = await runProgram(bus, ['--session', '--nofork', '--nopidfile', `--address=${address}`], {
    folder,
    env,
    ready: async () => Boolean(await asksBus('GetId')),
  })
  const end = async () => {
    await runningBus.end()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const running = await runProgram(keyring, ['--foreground', '--unlock', '--components=secrets'], {
      folder,
      env,
      input: 'password of this keyring',
      ready: async () => /true/.test(await asksBus('NameHasOwner', 'string:org.freedesktop.secrets')),
    })
    return {
      env: { DBUS_SESSION_BUS_ADDRESS: address },
      async stop() {
        await running.end()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}
