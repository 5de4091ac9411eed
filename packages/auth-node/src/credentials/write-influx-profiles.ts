// Changes the influx CLI's profiles without losing what others wrote, nor what it does not know.

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
import { updateSecretFile } from './update-secret-file.ts'

/** Words of the influx CLI: with `influx config list` nobody could choose a profile of this name. */
const RESERVED: ReadonlySet<string> = new Set(['-', 'list', 'update', 'set', 'delete', 'switch', 'create'])

/**
 * Changes profiles: comments, other tables and unknown keys stay as they are, as does the file's owner; lines that end now with CRLF, now
 * with LF, all end with LF. Where the path is a symbolic link, what it leads to is written. The file is replaced atomically with mode 0600,
 * under a lock that does not depend on the path it is reached by, so that any number of writers lose nothing. A profile made active makes
 * the others inactive, and the one that was active before the `previous` one; one that gets a token loses its `cookie`, which holds a user
 * name and password, and the other way round.
 *
 * @param changes by profile name: keys to set, or `undefined` to remove the profile
 * @param path the file; it and its folder are made when absent
 * @throws {SourceError} `ERR_SOURCE_INVALID` when the file is not TOML, cannot be written, or a name is one of the influx CLI's own
 *   words (`-`, `list`, `update`, `set`, `delete`, `switch`, `create`): the file is left as it is
 * @throws {SourceError} `ERR_SOURCE_ABSENT` without a `path` and a home folder
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`: rejects with it
 * @example
 * import { homeFolder, influxConfigsPath, readInfluxProfiles, writeInfluxProfiles } from '@fluxauth/auth-node'
 *
 * const token = process.env.INFLUX_TOKEN
 * await writeInfluxProfiles({ local: { url: 'http://localhost:8086', token, active: true } })
 * const profiles = await readInfluxProfiles()
 * console.log(influxConfigsPath().replace(homeFolder(), '~'), [...profiles.keys()])
 * // ~/.influxdbv2/configs [ 'local' ]
 */
export async function writeInfluxProfiles(
  changes: Readonly<Record<string, InfluxProfileChange | undefined>>,
  path: string = influxConfigsPath(),
): Promise<void> {
  checkChanges(changes, path)
  await updateSecretFile(path, async (given) => {
    const before = withOneLineEnd(given)
    const [{ isDeepStrictEqual }, toml] = await Promise.all([
      import('node:util'),
      import('@decimalturn/toml-patch'),
    ])
    const document = await parseDocument(before, path)
    for (const [name, change] of Object.entries(changes)) applyChange(document, name, change)
    const after = toml.patch(before, document).replace(/(?<=[^\n])$/, '\n')
    if (isDeepStrictEqual(await parseDocument(after, path), document)) return after
    throw new SourceError(
      'ERR_SOURCE_INVALID',
      `${path} is written in a way that cannot be kept: edit it by hand`,
    )
  })
}

/** What toml-patch does too, but says on standard error of whoever calls. */
function withOneLineEnd(text: string): string {
  return /(?<!\r)\n/.test(text) ? text.replaceAll('\r\n', '\n') : text
}

/** The options of a change. */
const PROFILE_RULES = {
  url: allowed.string(),
  token: allowed.string(),
  cookie: allowed.string(),
  org: allowed.string(),
  active: allowed.boolean,
  // Of one that was read: it is not written, since it follows from what is active.
  previous: allowed.boolean,
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
    const { token, cookie } = change // of one that was read, they are not enumerable
    checkOptions({ ...change, token, cookie }, PROFILE_RULES)
    if (name === '' || RESERVED.has(name)) {
      const what = name ? `${name} is a word of the influx CLI` : 'A profile has a name'
      throw new SourceError('ERR_SOURCE_INVALID', `${what}: give the profile another name`)
    }
  }
}

function applyChange(document: Document, name: string, change: InfluxProfileChange | undefined): void {
  if (!change) {
    delete document[name]
    return
  }
  const before = document[name]
  const table: Table = isTable(before) ? before : Object.create(null)
  document[name] = table
  if (change.active) {
    // As the influx CLI does, so that `influx config -` leads back.
    for (const [, other] of tablesOf(document)) {
      const wasActive = other !== table && other.active === true
      if (other.active === true) other.active = false
      if (wasActive || other.previous === true) other.previous = wasActive
    }
  }
  const { url, token, cookie, org, active } = change
  for (const [key, value] of Object.entries({ url, token, cookie, org, active })) {
    if (value !== undefined) table[key] = value
  }
  // Each is somebody: nobody may go on as who the other one is, nor find a password where a token was set.
  if (token) delete table.cookie
  else if (cookie) table.token = ''
  else if (token === '' && cookie === undefined) delete table.cookie
}
