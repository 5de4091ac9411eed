// Whether a credential is good, asked of the server in the way that its product answers truly.

import {
  type ApiToken,
  authorizations,
  checkToken,
  describePermissions,
  type Influx,
  InfluxError,
  type InfluxPermission,
  me,
  operator,
  type ProductName,
  products,
} from '@fluxauth/auth-core/influxdb'

/** A server, which it is, and the credential for it. */
interface Connected {
  readonly influx: Influx
  readonly product: ProductName | undefined
}

/** What a credential is found to be. */
export interface Verdict {
  readonly state: 'good' | 'inactive' | 'unknown' | 'user-inactive' | 'not-checked'
  readonly user?: { readonly id: string; readonly name?: string | undefined } | undefined
  /** Why it was not checked. */
  readonly why?: string
}

/** In words, for people. */
export const VERDICTS: Readonly<Record<Verdict['state'], string>> = {
  good: 'good',
  inactive: 'the token is inactive',
  unknown: 'refused: the server does not know it',
  'user-inactive': 'refused: its user is inactive or deleted',
  'not-checked': 'not checked',
}

/** Of products that have no user to be told: what to call to see whether a credential is good. It changes nothing. */
const TRIES: { readonly [Name in ProductName]?: string } = {
  v1: '/query?q=SHOW+DATABASES',
  v3: '/api/v3/configure/database?format=json',
}

/** What to call with GET to see whether a credential is good; `undefined` where there is no such path. */
export function pathToTry(product: ProductName): string | undefined {
  return hasAuthorizations(product) ? '/api/v2/me' : TRIES[product]
}

/** Checks a credential. What is no answer is thrown. */
export async function verify({ influx, product }: Connected): Promise<Verdict> {
  if (product === undefined) return askWho(influx, product)
  if (hasAuthorizations(product)) return askWho(influx, product)
  const path = pathToTry(product)
  if (path !== undefined) return ask(influx, path)
  return {
    state: 'not-checked',
    why: `${products[product].title} has no request that tells without changing data`,
  }
}

/** Of products that have no user to be told: whether a request that changes nothing is refused. */
async function ask(influx: Influx, path: string): Promise<Verdict> {
  try {
    await influx.send({ path })
    return { state: 'good' }
  } catch (error) {
    if (!(error instanceof InfluxError)) throw error
    if (error.reason === 'credential') return { state: 'unknown' }
    if (error.reason === 'permission') return { state: 'good' }
    throw error
  }
}

async function askWho(influx: Influx, product: ProductName | undefined): Promise<Verdict> {
  try {
    if (influx.credential === 'session') return { state: 'good', user: await me(influx) }
    return await checkToken(influx)
  } catch (error) {
    if (error instanceof InfluxError && error.reason === 'user-inactive') return { state: 'user-inactive' }
    const isOther = error instanceof InfluxError && error.status !== undefined && error.status !== 429
    if (product !== undefined || !isOther || (error.status ?? 0) >= 500) throw error
    return { state: 'not-checked', why: 'the server does not say which InfluxDB it is' }
  }
}

/** Whether it has users who sign in, and authorizations of theirs, below `/api/v2`. */
export function hasAuthorizations(product: ProductName): boolean {
  return products[product].api.session
}

/** What a token may do. */
export interface Permissions {
  readonly authorization: ApiToken
  /** In words. */
  readonly words: readonly string[]
  readonly isOperator: boolean
}

/**
 * Finds the permissions of the token that is used: by its authorization where that is known, else by comparing values, which some
 * servers do not show.
 *
 * @returns `undefined` where the server does not tell
 */
export async function findPermissions(
  influx: Influx,
  id: string | undefined,
): Promise<Permissions | undefined> {
  try {
    const authorization = id === undefined ? await findOwn(influx) : await authorizations.get(influx, id)
    if (!authorization) return undefined
    const { permissions } = authorization
    return {
      authorization,
      words: describePermissions(permissions),
      isOperator: isOperator(permissions),
    }
  } catch (error) {
    // What it may do is of use, and never what all else depends on.
    if (error instanceof InfluxError) return undefined
    throw error
  }
}

/** Why `findPermissions` finds none; `undefined` for products that have no authorizations. */
export async function whyUnknown({ influx, product }: Connected): Promise<string | undefined> {
  if (product === undefined || !hasAuthorizations(product)) return undefined
  if (influx.credential === 'session') return 'it is a user name and password, and no token'
  const { state } = await verify({ influx, product })
  if (state !== 'good') return VERDICTS[state]
  const all = await authorizations.list(influx).catch(() => [])
  return all.length > 0 && all.every(({ token }) => token === undefined)
    ? 'the server shows no value of a token (it keeps hashes alone, or redacts them), and so not which one this is'
    : 'this token may not read what it is'
}

/** Whether permissions are those of an operator: everything, in every organization. */
export function isOperator(permissions: readonly InfluxPermission[]): boolean {
  const held = new Set(permissions.filter(({ resource }) => !resource.orgID && !resource.id).map(keyOf))
  return operator().every((permission) => held.has(keyOf(permission)))
}

function keyOf({ action, resource }: InfluxPermission): string {
  return `${action} ${resource.type}`
}

async function findOwn(influx: Influx): Promise<ApiToken | undefined> {
  if (influx.credential === 'session') return undefined
  const all = await authorizations.list(influx)
  const index = await influx.whichIs(all.map(({ token }) => token))
  return all[index]
}
