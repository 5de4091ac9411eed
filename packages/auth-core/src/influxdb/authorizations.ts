// API tokens of InfluxDB 2 and Cloud, and the users of its v1-compatible endpoints: both are authorizations, kept at two places.

import { type OptionRules, oneOf } from '../option-rules.ts'
import { InfluxError } from './errors.ts'
import { checkInput, id as identifier, name, newPassword, text } from './input.ts'
import { type InfluxPermission, permissionsRule } from './permissions.ts'
import type { CallOptions, Influx } from './types.ts'

/** What every authorization has. */
export interface AuthorizationRecord {
  readonly id: string
  readonly status: 'active' | 'inactive'
  readonly description: string
  readonly orgID: string
  readonly org: string | undefined
  readonly userID: string | undefined
  readonly user: string | undefined
  readonly permissions: readonly InfluxPermission[]
  readonly createdAt: string | undefined
  readonly updatedAt: string | undefined
}

/** An API token. What prints or clones it does not show its value. */
export interface ApiToken extends AuthorizationRecord {
  /** The token itself, where the server shows it: some do in the answer to `create` alone. */
  readonly token: string | undefined
}

/** Somebody who uses the v1-compatible endpoints, `/query` and `/write`, with name and password. */
export interface V1User extends AuthorizationRecord {
  readonly username: string
}

/** What a new one is to be. It has no password until one is set. */
export interface NewV1User extends NewAuthorization {
  readonly username: string
}

/** Which authorizations to list. There is no such filter as the token: InfluxDB does not heed it, and lists them all. */
export interface AuthorizationFilters {
  readonly id?: string
  readonly userID?: string
  readonly user?: string
  readonly orgID?: string
  readonly org?: string
}

/** What a new authorization is to be. */
export interface NewAuthorization {
  readonly orgID: string
  /** At least one. They cannot be changed later, and whoever gives them has to hold them. */
  readonly permissions: readonly InfluxPermission[]
  readonly description?: string
  /** Default `'active'`. */
  readonly status?: 'active' | 'inactive'
  /** Whose it is. Default: of whoever makes it. */
  readonly userID?: string
}

/** What can be changed. */
export interface AuthorizationChanges {
  readonly status?: 'active' | 'inactive'
  readonly description?: string
}

/** What can be done with authorizations. Each function throws `InfluxError`, and `OptionsError` before anything is sent. */
export interface Authorizations<Record extends AuthorizationRecord, New extends NewAuthorization> {
  /**
   * Lists those that the credential may see, which may be none though there are some, or other people's beside one's own. None of them
   * is known to be the credential's: never take the first. A filter that is empty or `undefined` is refused, since InfluxDB lists all then.
   */
  list(influx: Influx, filters?: AuthorizationFilters, options?: CallOptions): Promise<Record[]>
  /** One of them; reason `not-found` where there is none. */
  get(influx: Influx, id: string, options?: CallOptions): Promise<Record>
  /** Makes one. Keep its `id` beside its value: no server tells later which authorization a token is. */
  create(influx: Influx, authorization: New, options?: CallOptions): Promise<Record>
  update(influx: Influx, id: string, changes: AuthorizationChanges, options?: CallOptions): Promise<Record>
  /** Deletes it: whoever uses it is refused from then on. Reason `not-found` where there is none. */
  delete(influx: Influx, id: string, options?: CallOptions): Promise<void>
}

const status = /* @__PURE__ */ oneOf('active', 'inactive')

const FILTERS: OptionRules<keyof AuthorizationFilters> = {
  id: identifier,
  userID: identifier,
  user: name,
  orgID: identifier,
  org: name,
}

const NEW: OptionRules<keyof NewAuthorization | 'username'> = {
  orgID: identifier,
  permissions: permissionsRule,
  description: text,
  status,
  userID: identifier,
  username: name,
}

const FIELDS = [
  'id',
  'status',
  'description',
  'orgID',
  'org',
  'userID',
  'user',
  'permissions',
  'createdAt',
  'updatedAt',
] as const

class Token implements ApiToken {
  declare readonly id: string
  declare readonly status: 'active' | 'inactive'
  declare readonly description: string
  declare readonly orgID: string
  declare readonly org: string | undefined
  declare readonly userID: string | undefined
  declare readonly user: string | undefined
  declare readonly permissions: readonly InfluxPermission[]
  declare readonly createdAt: string | undefined
  declare readonly updatedAt: string | undefined
  readonly #token: string | undefined

  constructor(fields: AuthorizationRecord, token: string) {
    Object.assign(this, fields)
    // Hashed in InfluxDB 2, and shown once in Cloud.
    this.#token = token === 'redacted' ? undefined : token || undefined
  }

  get token(): string | undefined {
    return this.#token
  }
}

function at<Record extends AuthorizationRecord, New extends NewAuthorization>(
  path: string,
  needed: readonly (keyof New & string)[],
  make: (fields: AuthorizationRecord, token: string) => Record,
): Authorizations<Record, New> {
  const read = (body: unknown): Record => {
    const all = Object(body) as AuthorizationRecord & { readonly token?: string }
    if (typeof all.id !== 'string' || !Array.isArray(all.permissions)) {
      throw new InfluxError('ERR_INFLUX_ANSWER', 'The answer is no authorization')
    }
    const fields = Object.fromEntries(
      FIELDS.map((name) => [name, all[name]]),
    ) as unknown as AuthorizationRecord
    return make({ ...fields, description: all.description ?? '' }, all.token ?? '')
  }
  const pathOf = (id: string): string => {
    checkInput({ id }, { id: identifier })
    return `${path}/${id}`
  }
  return {
    async list(influx, filters = {}, options) {
      checkInput(filters, FILTERS)
      const { body } = await influx.send({ ...options, path, query: { ...filters } })
      const { authorizations } = Object(body) as { authorizations?: unknown }
      if (!Array.isArray(authorizations)) throw new InfluxError('ERR_INFLUX_ANSWER', 'The answer is no list')
      const wanted = Object.entries(filters) as [keyof AuthorizationFilters, string][]
      return authorizations
        .map(read)
        .filter((found) => wanted.every(([name, value]) => (found[name] ?? value) === value))
    },
    async get(influx, id, options) {
      return read((await influx.send({ ...options, path: pathOf(id) })).body)
    },
    async create(influx, authorization, options) {
      checkInput<NewAuthorization & { username?: string }>(authorization, NEW, [
        'orgID',
        'permissions',
        ...needed,
      ] as never)
      const { username, ...rest } = authorization as NewAuthorization & { username?: string }
      const body = username === undefined ? rest : { ...rest, token: username }
      return read((await influx.send({ ...options, method: 'POST', path, body })).body)
    },
    async update(influx, id, changes, options) {
      checkInput(changes, { status, description: text })
      return read((await influx.send({ ...options, method: 'PATCH', path: pathOf(id), body: changes })).body)
    },
    async delete(influx, id, options) {
      await influx.send({ ...options, method: 'DELETE', path: pathOf(id) })
    },
  }
}

/**
 * API tokens, `/api/v2/authorizations`.
 *
 * @example
 * import { authorizations, influxApi } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: 'my-token' })
 * const all = await authorizations.list(influx)
 * console.log(all.map(({ status }) => status)) // [ 'active' ]
 */
export const authorizations: Authorizations<ApiToken, NewAuthorization> = /* @__PURE__ */ at(
  '/api/v2/authorizations',
  [],
  (fields, token) => new Token(fields, token),
)

/**
 * Users of the v1-compatible endpoints of InfluxDB 2, `/private/legacy/authorizations`. They sign in nowhere else, and their names shadow
 * API tokens: `Basic` with such a name and an API token is refused there.
 *
 * @example
 * import { buckets, influxApi, readBucket, v1Users } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: process.env.INFLUX_TOKEN })
 * const [{ id: bucket, orgID }] = await buckets.list(influx, { name: 'weather' })
 * const permissions = [readBucket(bucket, orgID)]
 * const { id, username } = await v1Users.create(influx, { username: 'station-7', orgID, permissions })
 * await v1Users.setPassword(influx, { id, password: crypto.randomUUID() })
 * console.log(username) // station-7
 */
export const v1Users: Authorizations<V1User, NewV1User> & {
  /**
   * Sets the password, which is 8 to 72 bytes long. No old one is asked for.
   *
   * @throws {InfluxError} `ERR_INFLUX_REFUSED`
   * @throws {OptionsError} `ERR_OPTION_VALUE`, before anything is sent
   */
  setPassword(
    influx: Influx,
    user: { readonly id: string; readonly password: string },
    options?: CallOptions,
  ): Promise<void>
} = /* @__PURE__ */ v1UsersAt('/private/legacy/authorizations')

function v1UsersAt(path: string): typeof v1Users {
  return {
    ...at<V1User, NewV1User>(path, ['username'], (fields, username) => ({ ...fields, username })),
    async setPassword(influx, user, options) {
      checkInput(user, { id: identifier, password: newPassword }, ['id', 'password'])
      const { id, password } = user
      const body = { password }
      await influx.send({
        ...options,
        method: 'POST',
        path: `${path}/${id}/password`,
        body,
        secrets: [password],
      })
    },
  }
}
