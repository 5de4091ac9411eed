// Signing in with user name and password, and what becomes of it: a session.

import { OptionsError } from '../options.ts'
import { encodeBasic } from '../schemes/basic.ts'
import { InfluxError } from './errors.ts'
import type { AnswerHeaders, CallOptions, Influx, Session, User } from './types.ts'

/**
 * Signs in with user name and password, and asks who that is: InfluxDB 2 signs in inactive users too, and refuses all that they ask for.
 * A session is over an hour after the sign-in, or five minutes after its last use where that is later, unless the server was told otherwise.
 *
 * @param influx the server; what credential it has is of no matter, but a `fetch` must add none of its own
 * @returns the session, for `influx.as(session)`
 * @throws {InfluxError} `ERR_INFLUX_REFUSED` with reason `credential`, `password-change` or `user-inactive`; `ERR_INFLUX_ANSWER` where
 *   no session comes along, since a proxy or the page's being of another site loses the cookie
 * @throws {CredentialsError} as `encodeBasic`
 * @example
 * import { influxApi, me, signIn, signOut } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086' })
 * const session = await signIn(influx, { username: 'zoë', password: 'open sesame' })
 * console.log(session.user.name) // zoë
 * console.log((await me(influx.as(session))).status) // active
 * console.log(await signOut(influx.as(session))) // true
 * @see InfluxDB v2 API, "Signin"
 */
export async function signIn(
  influx: Influx,
  credentials: { readonly username: string; readonly password: string },
  options: CallOptions = {},
): Promise<Session> {
  const { username, password } = credentials
  const authorization = encodeBasic(username, password)
  const { headers } = await influx.send({
    ...options,
    method: 'POST',
    path: '/api/v2/signin',
    authorization,
    secrets: [password],
    keepsCookies: true,
  })
  const cookie = cookieIn(headers)
  const session = {
    origin: new URL(influx.url).origin,
    keptBy: cookie ? ('program' as const) : ('browser' as const),
    cookie: () => cookie,
  }
  const signedIn = influx.as(session as Session)
  try {
    return { user: await me(signedIn, options), ...session }
  } catch (error) {
    // Nobody would ever end it.
    await signOut(signedIn).catch(() => undefined)
    if (cookie || (error as InfluxError).reason !== 'credential') throw error
    throw new InfluxError(
      'ERR_INFLUX_ANSWER',
      'Signed in, but no session came of it: a proxy loses its cookie, or the page is elsewhere',
    )
  }
}

/**
 * Tells who a session, or a token, is. A token may lack the permission to say so, though it is good: `checkToken` tells that apart.
 *
 * @throws {InfluxError} `ERR_INFLUX_REFUSED`
 * @see {@link signIn}, whose example asks it
 */
export async function me(influx: Influx, options: CallOptions = {}): Promise<User> {
  const { body } = await influx.send({ ...options, path: '/api/v2/me' })
  return expectUser(body)
}

/**
 * Ends the session on the server.
 *
 * @param influx with a session for a credential, or without any where a browser keeps it
 * @returns whether there was one: `false` says that it was over already
 * @throws {InfluxError} `ERR_INFLUX_REFUSED`: the session is alive
 * @throws {OptionsError} `ERR_OPTION_VALUE` with a token: it has no session to end
 * @see {@link signIn}, whose example ends its session
 */
export async function signOut(influx: Influx, options: CallOptions = {}): Promise<boolean> {
  needSession(influx)
  try {
    await influx.send({ ...options, method: 'POST', path: '/api/v2/signout', keepsCookies: true })
    return true
  } catch (error) {
    if ((error as InfluxError).reason === 'credential') return false
    throw error
  }
}

/** Refuses what only a session can do. */
export function needSession({ credential }: Influx): void {
  if (credential !== 'other') return
  throw new OptionsError('ERR_OPTION_VALUE', 'This wants a session: influx.as(await signIn(…))')
}

function expectUser(body: unknown): User {
  const { id, name, status = 'active' } = Object(body) as Partial<User>
  if (typeof id === 'string' && typeof name === 'string') return { id, name, status }
  throw new InfluxError('ERR_INFLUX_ANSWER', 'The server does not say who that is')
}

/** The cookies that a server sets, as a `Cookie` value. Each is sent as it came: InfluxDB does not decode it. */
function cookieIn(headers: AnswerHeaders): string | undefined {
  const set = headers.getSetCookie?.() ?? [headers.get('set-cookie') ?? '']
  const pairs = set.map((cookie) => `${cookie.split(';', 1)[0]}`.trim()).filter((pair) => /=./.test(pair))
  return pairs.join('; ') || undefined
}
