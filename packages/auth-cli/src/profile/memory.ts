// Secrets that are gone after a reboot: in the kernel's keyring, or else in a file that lies in memory.

import { createHash } from 'node:crypto'
import { lstat, mkdir, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { updateSecretFile } from '@fluxauth/auth-node'
import { UsageError } from '../output/errors.ts'
import { askKeyring, KeyringError } from './keyring.ts'

/** Of Linux: the number of a file system that lies in memory. */
const TMPFS = 0x01021994

/** Keeps a secret, and says where. */
export async function saveInMemory(account: string, secret: string): Promise<string> {
  needLinux()
  const path = await fileOf(account)
  try {
    await askKeyring({ action: 'set', account, store: 'keyutils', secret })
    // One of a time at which it was not to be had would be read in its place.
    if (path) await rm(path, { force: true })
    return 'the kernel keyring'
  } catch (error) {
    if (!(error instanceof KeyringError) || error.code === 'ERR_KEYRING_TIMEOUT') throw error
  }
  if (!path) {
    throw new UsageError(
      'ERR_MEMORY_UNAVAILABLE',
      'There is neither a kernel keyring nor a folder in memory that is yours alone: use --store keyring or --store file',
    )
  }
  await updateSecretFile(path, () => secret)
  return path
}

/** `undefined` where there is none, or no longer. */
export async function loadFromMemory(account: string): Promise<string | undefined> {
  needLinux()
  // The file is there only where the kernel keyring was not to be had.
  const path = await fileOf(account)
  const text = path && (await readFile(path, 'utf8').catch(() => undefined))
  if (text !== undefined) return text
  return askKeyring({ action: 'get', account, store: 'keyutils' }).catch(ignoreUnavailable)
}

export async function removeFromMemory(account: string): Promise<void> {
  needLinux()
  const path = await fileOf(account)
  if (path) await rm(path, { force: true })
  await askKeyring({ action: 'delete', account, store: 'keyutils' }).catch(ignoreUnavailable)
}

function ignoreUnavailable(error: unknown): undefined {
  if (error instanceof KeyringError && error.code === 'ERR_KEYRING_UNAVAILABLE') return undefined
  throw error
}

/** Elsewhere the keyring has one kind alone, which outlasts a reboot. */
function needLinux(): void {
  if (process.platform !== 'linux') {
    throw new UsageError('ERR_MEMORY_UNAVAILABLE', '--store memory is for Linux: use --store keyring')
  }
}

/** Where it lies in a folder in memory that is this user's alone; `undefined` where there is none: then no file was written either. */
async function fileOf(account: string): Promise<string | undefined> {
  const user = process.geteuid?.() ?? 0
  const { XDG_RUNTIME_DIR } = process.env
  const candidates = [...(XDG_RUNTIME_DIR ? [XDG_RUNTIME_DIR] : []), '/dev/shm']
  for (const parent of candidates) {
    const type = await statfs(parent).then(
      ({ type }) => type,
      () => undefined,
    )
    if (type !== TMPFS) continue
    const folder = join(parent, `fluxauth-${user}`)
    await mkdir(folder, { mode: 0o700 }).catch(() => undefined)
    // Everybody may make files in /dev/shm, and may have been there first.
    const stats = await lstat(folder).catch(() => undefined)
    if (stats?.isDirectory() && stats.uid === user && (stats.mode & 0o077) === 0)
      return join(folder, nameOf(account))
  }
  return undefined
}

function nameOf(account: string): string {
  return createHash('sha256').update(account).digest('hex').slice(0, 32)
}
