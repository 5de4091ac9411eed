// Changes the influx CLI's profiles without losing what others wrote, nor what it does not know.

import { basename, dirname, join, resolve } from 'node:path'
import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import {
  type Document,
  type InfluxProfileChange,
  influxConfigsPath,
  isTable,
  parseDocument,
  type Table,
  tablesOf,
} from './influx-configs.ts'
import { SourceError } from './source.ts'

/** Words of the influx CLI: with `influx config list` nobody could choose a profile of this name. */
const RESERVED: ReadonlySet<string> = new Set(['-', 'list', 'update', 'set', 'delete', 'switch', 'create'])

/**
 * Changes profiles: comments, other tables and unknown keys stay as they are, as does the file's owner; where the path is a symbolic
 * link, what it leads to is written. The file is replaced atomically with mode 0600, under a lock that does not depend on the path it
 * is reached by, so that any number of writers lose nothing. A profile made active makes the others inactive; one that gets a token
 * loses its `cookie`, which holds a user name and password.
 *
 * @param changes by profile name: keys to set, or `undefined` to remove the profile
 * @param path the file; it and its folder are made when absent
 * @throws {SourceError} `ERR_SOURCE_INVALID` when the file is not TOML, cannot be written, or a name is one of the influx CLI's own
 *   words (`-`, `list`, `update`, `set`, `delete`, `switch`, `create`): the file is left as it is
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`: rejects with it
 */
export async function writeInfluxProfiles(
  changes: Readonly<Record<string, InfluxProfileChange | undefined>>,
  path: string = influxConfigsPath(),
): Promise<void> {
  checkChanges(changes, path)
  const [{ chmod, mkdir, readFile }, { isDeepStrictEqual }, { lock }, { writeFile }, toml] =
    await Promise.all([
      import('node:fs/promises'),
      import('node:util'),
      import('proper-lockfile').then((module) => module.default),
      import('atomically'),
      import('@decimalturn/toml-patch'),
    ])
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const target = await realTarget(path)
  let lost: Error | undefined
  const release = await lock(target, {
    realpath: false, // there may be no file yet; the folders before it are resolved
    stale: 10_000,
    retries: { retries: 200, minTimeout: 5, maxTimeout: 100 },
    // Left alone, the package throws where nobody can catch it.
    onCompromised: (error) => {
      lost = error
    },
  })
  try {
    const before = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    const document = await parseDocument(before, path)
    for (const [name, change] of Object.entries(changes)) applyChange(document, name, change)
    const after = toml.patch(before, document)
    if (lost) throw new SourceError('ERR_SOURCE_INVALID', `${path} is being written by another program`)
    if (!isDeepStrictEqual(await parseDocument(after, path), document)) {
      throw new SourceError(
        'ERR_SOURCE_INVALID',
        `${path} is written in a way that cannot be kept: edit it by hand`,
      )
    }
    await writeFile(target, after, { mode: 0o600 }) // keeps the owner, where this user may
    await chmod(target, 0o600)
  } finally {
    if (!lost) await release()
  }
}

/** The options of a change. */
const PROFILE_RULES = {
  url: allowed.string(),
  token: allowed.string(),
  org: allowed.string(),
  active: allowed.boolean,
}

function checkChanges(
  changes: Readonly<Record<string, InfluxProfileChange | undefined>>,
  path: string,
): void {
  const wanted = 'an object with profiles by name, or undefined to remove one'
  const test = (value: unknown) =>
    isTable(value) && Object.values(value).every((change) => change === undefined || isTable(change))
  checkOptions(
    { changes: changes ?? null, path },
    { changes: { wanted, test }, path: allowed.string(/./, 'a path') },
  )
  for (const [name, change] of Object.entries(changes)) {
    if (!change) continue
    checkOptions({ ...change, token: change.token }, PROFILE_RULES) // of one that was read, it is not enumerable
    if (name === '' || RESERVED.has(name)) {
      const what = name ? `${name} is a word of the influx CLI` : 'A profile has a name'
      throw new SourceError('ERR_SOURCE_INVALID', `${what}: give the profile another name`)
    }
  }
}

/** What a path leads to, there or not yet: a link and its target are one file, and have one lock. */
async function realTarget(path: string): Promise<string> {
  const { readlink, realpath } = await import('node:fs/promises')
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const linked = await readlink(path).catch(() => undefined)
    if (linked !== undefined) return realTarget(resolve(dirname(path), linked))
    return join(await realpath(dirname(path)), basename(path))
  }
}

function applyChange(document: Document, name: string, change: InfluxProfileChange | undefined): void {
  if (!change) {
    delete document[name]
    return
  }
  if (change.active) {
    for (const [, table] of tablesOf(document)) if (table.active === true) table.active = false
  }
  const before = document[name]
  const table: Table = isTable(before) ? before : Object.create(null)
  document[name] = table
  const { url, token, org, active } = change
  for (const [key, value] of Object.entries({ url, token, org, active })) {
    if (value !== undefined) table[key] = value
  }
  // It holds a user name and password: nobody may go on as that user, nor find them there.
  if (token !== undefined) delete table.cookie
}
