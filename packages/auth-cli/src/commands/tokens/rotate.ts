// `fluxauth tokens rotate`: replaces a token by one that may do the same, so that wherever it stops there is one that is good.

import {
  type ApiToken,
  authorizations,
  checkToken,
  type Influx,
  InfluxError,
  RotationError,
  type RotationLeft,
  rotate,
} from '@fluxauth/auth-core/influxdb'
import { agree } from '../../input/ask.ts'
import { EXIT, UsageError } from '../../output/errors.ts'
import { done, note, printJson } from '../../output/print.ts'
import { reportOf } from '../../output/report.ts'
import { byAnother, quote, toType } from '../../output/shell.ts'
import { byAnotherThan } from '../../profile/by-another.ts'
import { toKeepToken } from '../../profile/password.ts'
import { credentialInEnvironment } from '../../profile/shadow.ts'
import { findPermissions, type Permissions, VERDICTS, verify, whyUnknown } from '../../profile/verify.ts'
import { settings } from '../../settings.ts'
import {
  agreeToHolder,
  chooseDestination,
  type Destination,
  inWords,
  type RotateOptions,
} from './destination.ts'
import { warnWhereEnded } from './in-use.ts'
import { handingOver, journaled, leftOf, readJournal, type Unfinished, writeJournal } from './journal.ts'
import { ofSuccessor } from './replace-by.ts'
import { rotateV1 } from './rotate-v1.ts'
import { rotateV3 } from './rotate-v3.ts'
import { getToken, idOf, type Server, titleOf, withServer } from './server.ts'

export async function rotateToken(given: string | undefined, options: RotateOptions): Promise<void> {
  await withServer(async (server) => {
    if (options.v1) return rotateV1(server, given, options)
    if (server.product === 'v3') return rotateV3(server, given, options)
    const { influx, found, product } = server
    const own = await findOwn(server)
    const id = given ?? own?.authorization.id
    const isOwn = given === undefined || given === own?.authorization.id
    const profile = isOwn ? found.profile : undefined
    const destination = await chooseDestination({ url: influx.url, product }, options, profile)
    const unfinished = findUnfinished(influx.url, destination, id)
    if (id === undefined && !unfinished) {
      throw await whyNotItself(server)
    }
    const isThere = (id: string) => isKnown(influx, id)
    const resume =
      unfinished && (await leftOf(unfinished, { destination, inUse: found.credentials, isThere }))
    const replaces = resume?.replaces ?? id ?? ''
    const before =
      resume?.todo === 'delete-predecessor' ? undefined : await getToken(server, authorizations, replaces)
    if (!resume) await agreeToHolder(server, destination, id, options)
    await run({ influx, destination, replaces, before, resume, yes: options.yes })
    const isKept = found.profile !== undefined && destination.profile === found.profile.name
    if (own === undefined && !isKept) await warnWhereEnded(server)
  })
}

/** Why a token does not replace itself, and who does it. */
async function whyNotItself(server: Server): Promise<UsageError> {
  const { influx, found } = server
  const { profile, source } = found
  const error = (message: string, exitCode?: number) => new UsageError('ERR_ROTATION_ID', message, exitCode)
  if (influx.credential === 'session')
    return error(
      `${source} is a user name and password, and no token: have one kept, with ${toKeepToken(found)}`,
    )
  const { state } = await verify(server)
  if (state === 'inactive')
    return error(
      `The token in use (${source}) is inactive, and not replaced: with an operator token make it good again (${byAnother(`tokens activate ${idOf(server)}`)})`,
      EXIT.refused,
    )
  if (state !== 'good' && state !== 'not-checked')
    return error(
      `The token in use (${source}) is not good (${VERDICTS[state]}), and not replaced: give another one, with ${toType('login')}`,
      EXIT.refused,
    )
  const id = profile?.known?.authorization
  if (profile && id !== undefined) {
    return error(
      `The token of profile ${profile.name} may not read authorizations or its own user, and so not replace itself. With an operator token: ${await byAnotherThan(profile, `tokens rotate ${id} --into ${quote(profile.name)}`)}`,
    )
  }
  const why = (await whyUnknown(server)) ?? 'the server does not say'
  return error(
    `It is not known which token this credential is: ${why}. With an operator token find its id (${byAnother('tokens list')}), and replace it (${byAnother(`tokens rotate ID --into ${profile ? quote(profile.name) : 'PROFILE'}`)})`,
  )
}

/** The token that is used: by its value where the server shows values, since what was kept beside it may be of the one before. */
async function findOwn({ influx, found }: Server): Promise<Permissions | undefined> {
  if (influx.credential === 'session') return undefined
  const known = found.profile?.known?.authorization
  return (
    (await findPermissions(influx, undefined)) ??
    (known === undefined ? undefined : await findPermissions(influx, known))
  )
}

function findUnfinished(
  url: string,
  { profile }: Destination,
  id: string | undefined,
): Unfinished | undefined {
  return readJournal(url).find(({ profile: of, left }) => {
    if (of !== profile) return false
    if (left.todo === 'nothing') return false
    return left.replaces === id || ('id' in left && left.id === id) || (id === undefined && of !== undefined)
  })
}

async function isKnown(influx: Influx, id: string): Promise<boolean> {
  try {
    await authorizations.get(influx, id)
    return true
  } catch (error) {
    if (error instanceof InfluxError && error.reason === 'not-found') return false
    throw error
  }
}

interface Rotation {
  readonly influx: Influx
  readonly destination: Destination
  readonly replaces: string
  /** What is replaced; `undefined` where it is only to be deleted. */
  readonly before: ApiToken | undefined
  readonly resume: RotationLeft | undefined
  readonly yes: true | undefined
}

async function run({ influx, destination, replaces, before, resume, yes }: Rotation): Promise<void> {
  const { profile } = destination
  const { url } = influx
  const write = (left: RotationLeft, token?: string) =>
    writeJournal({ url, profile, left, ...(token && handingOver(profile, token)) })
  await agree(
    before
      ? `Replace ${titleOf(before)} by a new token${inWords(destination)}? The old one is deleted.`
      : `Delete ${replaces}, whose successor ${profile === undefined ? 'was handed over' : `is in profile ${profile}`}?`,
    yes,
  )
  let where: string | undefined
  try {
    const successor = await rotate(journaled(influx, write), {
      id: replaces,
      ...(resume && resume.todo !== 'nothing' && { resume }),
      store: async (token, { id }) => {
        const told = { token: { id }, replaces }
        const replaceBy = before && (await giveNewDay(influx, id, before))
        await write({ todo: 'delete-successor', replaces, id }, token)
        where = await keep(destination, influx, { token, id, authorization: before, replaceBy, told })
        // From here on it is kept: nothing may be thrown.
        await write({ todo: 'delete-predecessor', replaces, id }).catch(() => undefined)
        await deactivate(influx, token, replaces)
      },
    })
    await write({ todo: 'nothing', replaces })
    report(successor.id, replaces, destination, where, resume)
  } catch (error) {
    if (!(error instanceof RotationError)) throw error
    await write(error.left.todo === 'nothing' ? { todo: 'nothing', replaces } : error.left)
    throw explain(error)
  }
}

/** Where the old token's description says a day, that of the successor says a new one. It is not in use yet: where this fails, it is deleted. */
async function giveNewDay(influx: Influx, id: string, before: ApiToken): Promise<string | undefined> {
  const { description, replaceBy } = ofSuccessor(before)
  if (description !== before.description) await authorizations.update(influx, id, { description })
  return replaceBy
}

/** Keeps the successor, and tries what was kept. Where that fails the profile has again what it had. */
async function keep(
  destination: Destination,
  influx: Influx,
  made: Parameters<Destination['keep']>[0],
): Promise<string | undefined> {
  if (destination.profile === undefined) return destination.keep(made)
  try {
    const where = await destination.keep(made)
    const current = await destination.current()
    const state = current && (await checkToken(influx, current)).state
    if (state === 'good' && current?.scheme !== 'basic' && current?.token === made.token) return where
    throw new UsageError('ERR_ROTATION_STORE', 'What was kept is not what was made')
  } catch (error) {
    await destination.restore()
    throw error
  }
}

/** So that whoever still uses it is found out while it could be activated again; where it may not be, it is deleted all the same. */
async function deactivate(influx: Influx, successor: string, id: string): Promise<void> {
  try {
    await authorizations.update(influx.as(successor), id, { status: 'inactive' })
  } catch {
    await authorizations.update(influx, id, { status: 'inactive' }).catch(() => undefined)
  }
}

function report(
  id: string,
  replaces: string,
  { profile }: Destination,
  where: string | undefined,
  resume: RotationLeft | undefined,
): void {
  const isResumed = resume?.todo === 'delete-predecessor'
  if (settings().json && (profile !== undefined || isResumed)) {
    printJson({ token: { id }, replaces, profile, where })
  }
  if (isResumed) {
    done(`The rotation that had stopped is ended: ${replaces} is deleted, and ${id} is its successor`)
    return
  }
  done(`${id} takes the place of ${replaces}, which is deleted`)
  if (profile !== undefined) note(`Profile ${profile} has it (${where}).`)
  const set = credentialInEnvironment()
  if (set && profile !== undefined) note(`${set} is set in the environment, and comes before the profile.`)
}

/** For who runs a command again, and does not call a function. */
function explain({ code, message, cause }: RotationError): UsageError {
  const exitCode = cause instanceof InfluxError ? reportOf(cause).exitCode : EXIT.http
  const told = message.replace(
    /: resume with `left`$/,
    '. Run the same command again: it ends what was begun',
  )
  if (!(cause instanceof UsageError)) return new UsageError(code, told, exitCode)
  // Why it could not be kept: a message of ours, which holds no secret.
  return new UsageError(
    code,
    told.replace(/'store'/, () => `'store': ${cause.message}`),
    cause.exitCode,
  )
}
