// Replacing tokens of InfluxDB 3: the operator's is replaced by the server at once, a named one by another name.

import { InfluxError, v3Tokens } from '@fluxauth/auth-core/influxdb'
import { agree } from '../../input/ask.ts'
import { EXIT, UsageError } from '../../output/errors.ts'
import { done, note, printJson } from '../../output/print.ts'
import { writeOut } from '../../output/streams.ts'
import { verify } from '../../profile/verify.ts'
import { settings } from '../../settings.ts'
import { chooseDestination, type Destination, type RotateOptions } from './destination.ts'
import { readJournal, writeJournal } from './journal.ts'
import type { Server } from './server.ts'
import { OPERATOR } from './v3.ts'

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
  if (name === OPERATOR) await regenerate(server, destination, options)
  else await replaceNamed(server, name, destination, options)
}

async function regenerate(
  { influx }: Server,
  destination: Destination,
  { yes }: RotateOptions,
): Promise<void> {
  await agree(
    'Replace the operator token? The server does it at once: whoever uses the old one is refused from then on.',
    yes,
  )
  const { token } = await v3Tokens.regenerateOperator(influx)
  let where: string | undefined
  try {
    // Before anything else: there is no other that is good.
    where = await destination.keep({
      token,
      id: OPERATOR,
      isOperator: true,
      told: { token: { name: OPERATOR } },
    })
  } catch (error) {
    // No rule about what is shown counts as much as the only token there is.
    writeOut(token)
    throw new UsageError(
      'ERR_ROTATION_STORE',
      `The operator token is replaced, and could not be kept (${error instanceof Error ? error.message : 'unknown'}): it was printed instead, this once. Keep it with fluxauth login`,
      EXIT.unexpected,
    )
  }
  await tryOut(influx.as({ scheme: 'bearer', token }))
  report(OPERATOR, OPERATOR, destination, where)
}

async function replaceNamed(
  { influx }: Server,
  name: string,
  destination: Destination,
  { yes }: RotateOptions,
): Promise<void> {
  const { url } = influx
  const { profile } = destination
  const begun = readJournal(url).find(
    ({ profile: of, left }) =>
      of === profile && (left.replaces === name || ('id' in left && left.id === name)),
  )?.left
  if (begun?.todo === 'delete-predecessor') {
    await agree(`Delete ${begun.replaces}, whose successor ${begun.id} is kept?`, yes)
    await remove(influx, begun.replaces)
    await writeJournal({ url, profile, left: { todo: 'nothing', replaces: begun.replaces } })
    report(begun.id, begun.replaces, destination, undefined)
    return
  }
  await agree(`Replace ${name} by a token of another name? The old one is deleted.`, yes)
  if (begun?.todo === 'delete-successor') await remove(influx, begun.id)
  const id = nameAfter(name)
  await writeJournal({ url, profile, left: { todo: 'delete-successor', replaces: name, id } })
  const { token } = await v3Tokens.create(influx, { name: id })
  const next = influx.as({ scheme: 'bearer', token })
  let where: string | undefined
  try {
    await tryOut(next)
    where = await destination.keep({ token, id, told: { token: { name: id }, replaces: name } })
  } catch (error) {
    // Where it cannot be deleted either, it stays on record as what is left to do, and this error is the one that says why.
    const isGone = await remove(influx, id).then(
      () => true,
      () => false,
    )
    if (isGone) await writeJournal({ url, profile, left: { todo: 'nothing', replaces: name } })
    throw error
  }
  await writeJournal({ url, profile, left: { todo: 'delete-predecessor', replaces: name, id } })
  await remove(next, name)
  await writeJournal({ url, profile, left: { todo: 'nothing', replaces: name } })
  report(id, name, destination, where)
}

/** `report` → `report-2` → `report-3`: no two tokens have the same name, and none can be renamed. */
function nameAfter(name: string): string {
  const [, base = name, number = '1'] = /^(.*?)-(\d{1,6})$/.exec(name) ?? []
  return `${base}-${Number(number) + 1}`
}

async function tryOut(influx: Server['influx']): Promise<void> {
  const { state } = await verify({ influx, product: 'v3' })
  if (state !== 'good') {
    throw new UsageError(
      'ERR_ROTATION_CHECK',
      'The server does not take the token that it made',
      EXIT.refused,
    )
  }
}

async function remove(influx: Server['influx'], name: string): Promise<void> {
  try {
    await v3Tokens.delete(influx, name)
  } catch (error) {
    if (!(error instanceof InfluxError) || error.reason !== 'not-found') throw error
  }
}

function report(id: string, replaces: string, { profile }: Destination, where: string | undefined): void {
  if (settings().json && profile !== undefined) printJson({ token: { name: id }, replaces, profile, where })
  done(
    id === replaces
      ? 'The operator token is replaced'
      : `${id} takes the place of ${replaces}, which is deleted`,
  )
  if (profile !== undefined && where) note(`Profile ${profile} has it (${where}).`)
}
