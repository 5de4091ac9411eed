// Replacing tokens of InfluxDB 3: the operator's is replaced by the server at once, a named one by another name.

import { type Influx, InfluxError, type RotationLeft, v3Tokens } from '@fluxauth/auth-core/influxdb'
import { agree } from '../../input/ask.ts'
import { UsageError } from '../../output/errors.ts'
import { toType } from '../../output/shell.ts'
import { isUndone, stopped } from '../left-on-server.ts'
import {
  agreeToHolder,
  chooseDestination,
  type Destination,
  inWords,
  type RotateOptions,
} from './destination.ts'
import { handingOver, leftOf, readJournal, writeJournal } from './journal.ts'
import { regenerateOperator } from './regenerate-v3.ts'
import type { Server } from './server.ts'
import { type ListedV3, listV3, OPERATOR, reportSuccessor, tryOut } from './v3.ts'

export async function rotateV3(
  server: Server,
  given: string | undefined,
  options: RotateOptions,
): Promise<void> {
  const { influx, product, found } = server
  const own = found.profile?.known?.authorization
  const name = given ?? own ?? OPERATOR
  const isOwn = given === undefined || given === own
  const profile = isOwn ? found.profile : undefined
  const destination = await chooseDestination({ url: influx.url, product }, options, profile)
  if (name === OPERATOR) await regenerateOperator(server, destination, options)
  else await replaceNamed(server, name, destination, options)
}

const AGAIN = 'Run the same command again: it ends what was begun'

async function replaceNamed(
  server: Server,
  name: string,
  destination: Destination,
  options: RotateOptions,
): Promise<void> {
  const { influx, found } = server
  const { yes } = options
  const { url } = influx
  const { profile } = destination
  const unfinished = readJournal(url).find(
    ({ profile: of, left }) =>
      of === profile && (left.replaces === name || ('id' in left && left.id === name)),
  )
  const isThere = async (id: string) => (await listV3(influx)).some((each) => each.name === id)
  const begun = unfinished && (await leftOf(unfinished, { destination, inUse: found.credentials, isThere }))
  if (!begun) await agreeToHolder(server, destination, name, options)
  // The name may be that of the successor, where the profile has it already.
  const replaces = begun?.replaces ?? name
  const write = (left: RotationLeft, token?: string) =>
    writeJournal({ url, profile, left, ...(token && handingOver(profile, token)) })
  const end = async (of: Influx, id: string) => {
    await remove(of, replaces).catch((error) => {
      throw stopped(error, `${id} is kept, and ${replaces} is still good beside it. ${AGAIN}`)
    })
    await write({ todo: 'nothing', replaces })
  }

  if (begun?.todo === 'delete-predecessor') {
    await agree(`Delete ${replaces}, whose successor ${begun.id} is kept?`, yes)
    await end(influx, begun.id)
    return reportSuccessor(begun.id, replaces, destination, undefined)
  }
  const all = await listV3(influx)
  const before = all.find((each) => each.name === replaces)
  if (!before) {
    throw new UsageError('ERR_NO_TOKEN', `There is no token of this name: see ${toType('tokens list')}`)
  }
  await agree(
    `Replace ${replaces} by a token of another name${inWords(destination)}? The old one is deleted.`,
    yes,
  )
  const discarded = begun?.todo === 'delete-successor' ? begun.id : undefined
  if (discarded !== undefined) {
    await remove(influx, discarded).catch((error) => {
      throw stopped(error, `${discarded} may be there, and nobody has it. ${AGAIN}`)
    })
  }
  const taken = new Set(all.map((each) => each.name).filter((each) => each !== discarded))
  let id = nameAfter(replaces)
  while (taken.has(id)) id = nameAfter(id)

  const made: RotationLeft = { todo: 'delete-successor', replaces, id }
  await write(made)
  const successor = await v3Tokens.create(influx, { name: id, ...endOf(before) }).catch(async (error) => {
    // What is there under this name was not made here, and is not to be deleted by a second run.
    if (!isUndone(error)) throw stopped(error, `${id} may be there, and nobody has it. ${AGAIN}`)
    await write({ todo: 'nothing', replaces })
    throw stopped(error, `Nothing was made, and ${replaces} is in use`)
  })
  const { token, expiry } = successor
  const replaceBy = expiry?.slice(0, 10)
  const next = influx.as({ scheme: 'bearer', token })
  let where: string | undefined
  try {
    await tryOut(next)
    await write(made, token)
    where = await destination.keep({ token, id, replaceBy, told: { token: { name: id }, replaces } })
  } catch (error) {
    // Where it cannot be deleted either, it stays on record as what is left to do, and this error is the one that says why.
    const isGone = await remove(influx, id).then(
      () => true,
      () => false,
    )
    if (!isGone) throw stopped(error, `${id} is there, and nobody has it. ${AGAIN}`)
    await write({ todo: 'nothing', replaces })
    throw stopped(error, `Nothing is left of it, and ${replaces} is in use`)
  }
  // From here on it is kept: nothing may be thrown for want of a record.
  await write({ todo: 'delete-predecessor', replaces, id }).catch(() => undefined)
  await end(next, id)
  reportSuccessor(id, replaces, destination, where)
}

/** The successor ends as long after its making as the old one. */
function endOf({ createdAt, expiry }: ListedV3): { readonly expiresIn?: number } {
  if (expiry === undefined) return {}
  const seconds = Math.round((Date.parse(expiry) - Date.parse(`${createdAt}`)) / 1000)
  if (seconds > 0) return { expiresIn: seconds }
  throw new UsageError(
    'ERR_ROTATION_EXPIRY',
    `The token has an end, and it is not known after how long: make another with ${toType('tokens create --name NAME --expires DAYS')}, and delete this one. Nothing was done`,
  )
}

/** `report` → `report-2` → `report-3`: no two tokens have the same name, and none can be renamed. */
function nameAfter(name: string): string {
  const [, base = name, number = '1'] = /^(.*?)-(\d{1,6})$/.exec(name) ?? []
  return `${base}-${Number(number) + 1}`
}

async function remove(influx: Influx, name: string): Promise<void> {
  try {
    await v3Tokens.delete(influx, name)
  } catch (error) {
    if (!(error instanceof InfluxError) || error.reason !== 'not-found') throw error
  }
}
