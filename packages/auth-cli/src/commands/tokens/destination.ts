// Where the value of a new token goes: into a profile, or to standard output; settled before one is made.

import { isDeepStrictEqual } from 'node:util'
import type { Credentials } from '@fluxauth/auth-core'
import {
  type ApiToken,
  describePermissions,
  type Influx,
  type ProductName,
} from '@fluxauth/auth-core/influxdb'
import { UsageError } from '../../output/errors.ts'
import { jsonOf } from '../../output/print.ts'
import { reportOf } from '../../output/report.ts'
import { checkReveal, type RevealOptions } from '../../output/reveal.ts'
import { deliver } from '../../output/streams.ts'
import { isSameUrl, type Place } from '../../profile/own-file.ts'
import {
  checkName,
  forgetSecret,
  type Profile,
  readProfiles,
  removeProfile,
  saveLogin,
  serverOf,
} from '../../profile/profiles.ts'
import { agreeToCredential, type ReplaceOptions } from '../../profile/replace.ts'
import { findPermissions, isOperator } from '../../profile/verify.ts'
import { settings } from '../../settings.ts'
import { choosePlace } from '../login/place.ts'

/** Options of what makes a token. */
export interface DestinationOptions extends RevealOptions {
  readonly into?: string
  readonly store?: Place
  readonly insecureStorage?: true
}

/** Options of what replaces one. */
export interface RotateOptions extends DestinationOptions, ReplaceOptions {
  readonly yes?: true
  readonly v1?: true
}

/** A token that has to go somewhere. */
export interface NewToken {
  readonly token: string
  /** Its id; of InfluxDB 3 its name. */
  readonly id: string
  readonly authorization?: Pick<ApiToken, 'permissions' | 'user' | 'org'> | undefined
  readonly isOperator?: boolean
  readonly replaceBy?: string | undefined
  /** What `--json` prints beside the value. */
  readonly told: object
}

/** Where it goes. */
export interface Destination {
  /** `undefined`: to standard output. */
  readonly profile: string | undefined
  /** The profile, where it has a credential already, which goes. */
  readonly holder: Profile | undefined
  /** Whether that credential is the one that is replaced. */
  readonly isOwn: boolean
  /**
   * Proves that it can be kept, and read back, where that can be proven: with what the profile has, or else with this. `restore` undoes it.
   *
   * @throws {UsageError} `ERR_ROTATION_STORE`; all is as it was
   */
  rehearse(inUse: Credentials): Promise<void>
  /** @returns where it lies, for people; `undefined` where it was printed */
  keep(made: NewToken): Promise<string | undefined>
  /** What the profile has, read anew. */
  current(): Promise<Credentials | undefined>
  /** Puts back what the profile had; one that was not there goes. */
  restore(): Promise<void>
}

/**
 * Settles it. Nothing is written yet.
 *
 * @param url of the server that it is for
 * @param own the profile whose token is replaced: it is kept there, where nothing else is said
 * @throws {UsageError} `ERR_REVEAL`, `ERR_STORAGE_INSECURE`, `ERR_PROFILE_SERVER`, `ERR_PROFILE_URL`
 */
export async function chooseDestination(
  server: { readonly url: string; readonly product: ProductName | undefined },
  options: DestinationOptions,
  own?: Profile,
): Promise<Destination> {
  const { into, store } = options
  const name = into ?? own?.name
  if (name === undefined) return toOutput(options)
  const before = (await readProfiles()).get(name)
  if (!before) checkName(name)
  const its = before && serverOf(before)
  if (its && !isSameUrl(its, server.url)) {
    throw new UsageError(
      'ERR_PROFILE_SERVER',
      `Profile ${name} is for ${its}: give another name with --into. Nothing was made`,
    )
  }
  // Where it was kept so far, its owner has agreed to.
  const place = store === undefined && before?.place ? before.place : await choosePlace(options)
  const old = await before?.credentials()
  const url = its ?? server.url
  const base = { name, url, place, product: before?.known?.product ?? server.product, activate: false }
  const current = async () => (await readProfiles()).get(name)?.credentials()
  const restore = async () => {
    if (old) await saveLogin({ ...before?.known, ...base, credentials: old, place: before?.place ?? place })
    else {
      const now = (await readProfiles()).get(name)
      if (now) await (before ? forgetSecret : removeProfile)(now)
    }
  }
  return {
    profile: name,
    holder: before?.place ? before : undefined,
    isOwn: name === own?.name,
    async rehearse(inUse) {
      const credentials = old ?? inUse
      try {
        await saveLogin({ ...before?.known, ...base, credentials })
        if (isDeepStrictEqual(await current(), credentials)) return
        throw new UsageError('ERR_ROTATION_STORE', 'what was kept is not what was given')
      } catch (error) {
        await restore().catch(() => undefined)
        const { message, exitCode } = reportOf(error)
        throw new UsageError(
          'ERR_ROTATION_STORE',
          `Profile ${name} cannot keep a token: ${message}. Nothing was done`,
          exitCode,
        )
      }
    },
    async keep({ token, id, authorization, isOperator: told, replaceBy }) {
      const scheme = old?.scheme === 'bearer' ? 'bearer' : 'token'
      return saveLogin({
        ...base,
        credentials: { scheme, token },
        org: before?.org ?? authorization?.org,
        username: authorization?.user,
        authorization: id,
        isOperator: told ?? (authorization ? isOperator(authorization.permissions) : undefined),
        may: authorization && describePermissions(authorization.permissions),
        replaceBy,
        allowInsecure: before?.known?.allowInsecure,
      })
    },
    current,
    restore,
  }
}

/**
 * Asks before a profile loses another token than the one that is replaced: its value is nowhere else. Where nothing was agreed to yet, the
 * question whether to replace it says so.
 *
 * @param replaces the id of what is replaced; of InfluxDB 3 its name
 * @throws {UsageError} `ERR_PROFILE_EXISTS`, `ERR_NOT_AGREED`; nothing was done
 */
export async function agreeToHolder(
  { influx, product }: { readonly influx: Influx; readonly product: ProductName | undefined },
  { holder, isOwn }: Destination,
  replaces: string | undefined,
  options: RotateOptions,
): Promise<void> {
  if (!holder || isOwn || !options.yes) return
  const credentials = await holder.credentials()
  if (!credentials) return
  const its =
    credentials.scheme === 'basic' || product === 'v3'
      ? undefined
      : (await findPermissions(influx.as(credentials), undefined))?.authorization.id
  const has = its ?? holder.known?.authorization
  // Of one that nobody knows, it is the person who says so.
  if (credentials.scheme !== 'basic' && (has === undefined || has === replaces)) return
  await agreeToCredential(holder, options)
}

/** For a question: where the new one goes, and what goes for it. */
export function inWords({ profile, holder }: Destination): string {
  if (profile === undefined) return ''
  return ` in profile ${profile}${holder ? ', whose credential it takes the place of' : ''}`
}

function toOutput(options: DestinationOptions): Destination {
  checkReveal(options, 'keep it in a profile with --into NAME. Nothing was made')
  return {
    profile: undefined,
    holder: undefined,
    isOwn: false,
    rehearse: async () => undefined,
    async keep({ token, told }) {
      await deliver(settings().json ? jsonOf({ ...told, value: token }) : token)
      return undefined
    },
    current: async () => undefined,
    restore: async () => undefined,
  }
}
