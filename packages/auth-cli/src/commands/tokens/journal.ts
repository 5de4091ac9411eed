// What a rotation has left behind so far, written down before each of its steps: a command that is killed cannot say it. No secret is in it.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from '@fluxauth/auth-core'
import type { Influx, RotationLeft } from '@fluxauth/auth-core/influxdb'
import { updateSecretFile } from '@fluxauth/auth-node'
import { UsageError } from '../../output/errors.ts'
import { toType } from '../../output/shell.ts'
import { ownFolder } from '../../profile/own-file.ts'
import type { Destination } from './destination.ts'

/** A rotation that has not ended. */
export interface Unfinished {
  readonly url: string
  /** The profile that the successor goes to, where it does. */
  readonly profile: string | undefined
  readonly left: RotationLeft
  /** While the successor is being kept: what it hashes to, by which a profile that has it is told. */
  readonly fingerprint?: string | undefined
  /** While its value is being printed: whoever is killed at it does not know whether somebody has it. */
  readonly isPrinted?: 'perhaps' | undefined
}

function path(): string {
  return join(ownFolder(), 'rotations.json')
}

function parse(text: string): Unfinished[] {
  try {
    const read: unknown = JSON.parse(text)
    return Array.isArray(read)
      ? read.filter((each) => each?.url && each.left?.todo && each.left.replaces)
      : []
  } catch {
    return []
  }
}

/** Those at a server. */
export function readJournal(url: string): Unfinished[] {
  try {
    return parse(readFileSync(path(), 'utf8')).filter((each) => each.url === url)
  } catch {
    return []
  }
}

/** Writes down where a rotation is, in place of what it had written before; nothing where nothing is left. */
export async function writeJournal(rotation: Unfinished): Promise<void> {
  await updateSecretFile(path(), (before) => {
    const others = parse(before).filter((each) => !isSame(each, rotation))
    const after = rotation.left.todo === 'nothing' ? others : [...others, rotation]
    return `${JSON.stringify(after, null, 2)}\n`
  })
}

function isSame(one: Unfinished, other: Unfinished): boolean {
  return one.url === other.url && one.profile === other.profile && one.left.replaces === other.left.replaces
}

/** Tells credentials apart without keeping them. */
function fingerprint(credentials: Credentials): string {
  const secret = credentials.scheme === 'basic' ? credentials.password : credentials.token
  return createHash('sha256').update(secret).digest('hex')
}

/** What is written down just before a token is handed over, by which the next run tells whether it was. */
export function handingOver(
  profile: string | undefined,
  token: string,
): Pick<Unfinished, 'fingerprint' | 'isPrinted'> {
  const kept = { fingerprint: fingerprint({ scheme: 'token', token }) }
  return profile === undefined ? { ...kept, isPrinted: 'perhaps' } : kept
}

/** What tells how far a rotation came. */
export interface Signs {
  readonly destination: Pick<Destination, 'current'>
  /** The credential in use. */
  readonly inUse: Credentials
  /** Whether the server has a token of this id; of InfluxDB 3 of this name. */
  isThere(id: string): Promise<boolean>
}

/**
 * What is left to do. Where it stopped while the successor was being kept, the profile says whether it has it; while its value was being
 * printed, whoever uses it has it, and of anybody else it is not known: then neither of the two is deleted.
 *
 * @returns `undefined` where nothing is left
 * @throws {UsageError} `ERR_ROTATION_PRINTED`, with both ways to end it
 */
export async function leftOf(
  { url, profile, left, fingerprint: kept, isPrinted }: Unfinished,
  { destination, inUse, isThere }: Signs,
): Promise<RotationLeft | undefined> {
  if (kept === undefined || left.todo !== 'delete-successor') return left
  const { replaces, id } = left
  const holder = isPrinted ? inUse : await destination.current()
  if (holder && fingerprint(holder) === kept) return { todo: 'delete-predecessor', replaces, id }
  if (!isPrinted) return left
  if ((await isThere(id)) && (await isThere(replaces))) {
    throw new UsageError(
      'ERR_ROTATION_PRINTED',
      `An earlier run was killed while it printed the value of ${id}, which is to take the place of ${replaces}: both are good. If you have that value, end it with ${toType(`tokens delete ${replaces}`)}. If not, ${toType(`tokens delete ${id}`)}, and run the same command again. Nothing was done`,
    )
  }
  await writeJournal({ url, profile, left: { todo: 'nothing', replaces } })
  return undefined
}

/** A connection that writes down the successor of a rotation before and after it is made. */
export function journaled(influx: Influx, write: (left: RotationLeft) => Promise<void>): Influx {
  return {
    ...influx,
    async send(request) {
      const { description = '' } = Object(request.body) as { readonly description?: string }
      const replaces = /\[successor of ([\w-]+), not in use: [\da-f]{16}\]$/.exec(description)?.[1]
      if (request.method !== 'POST' || replaces === undefined) return influx.send(request)
      await write({ todo: 'find-successor', replaces, description })
      const answer = await influx.send(request)
      const { id } = Object(answer.body) as { readonly id?: unknown }
      if (typeof id === 'string') await write({ todo: 'delete-successor', replaces, id })
      return answer
    },
  }
}
