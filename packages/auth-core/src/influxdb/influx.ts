// A server, and the credential for it: what every function here is given first.

import type { Credentials } from '../authorization.ts'
import { TargetError } from '../client/errors.ts'
import {
  adviseOn,
  type CredentialProvider,
  type CredentialSource,
  toCredentials,
  toProvider,
} from '../client/provider.ts'
import { createTarget } from '../client/target.ts'
import { anything, boolean, callback, number, type OptionRules } from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import { refuseCredentials } from '../scheme.ts'
import { encodeBasic } from '../schemes/basic.ts'
import { encodeBearer } from '../schemes/bearer.ts'
import { encodeToken } from '../schemes/token.ts'
import { InfluxError, type InfluxReason, toInfluxError } from './errors.ts'
import { inTime, type Server, send } from './send.ts'
import type { Influx, InfluxAnswer, InfluxOptions, InfluxRequest, Session } from './types.ts'

/** What another credential may help against. */
const RENEWABLE: readonly (InfluxReason | undefined)[] = ['credential', 'token-inactive', 'user-inactive']
/** In milliseconds: for so long a provider that has nothing but what was refused is not asked anew. */
const HOLD_OFF = 30_000

const RULES: OptionRules<keyof InfluxOptions> = {
  // What is wrong with these two is said by errors of their own.
  url: anything,
  credentials: anything,
  allowInsecure: boolean,
  fetch: callback,
  // A timer waits for no longer.
  timeout: /* @__PURE__ */ number(0.001, 2_147_483),
  signal: {
    wanted: 'an AbortSignal',
    test: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
  },
}

/**
 * Names a server and the credential for it. The credential goes to the url's origin and nowhere else: no redirect is followed.
 *
 * @param options `url`, `credentials` where there are any, and `fetch`, `timeout` (seconds), `allowInsecure`, `signal`
 * @returns what every function of this entry takes first
 * @throws {TargetError} `ERR_TARGET_URL`, `ERR_TARGET_INSECURE`, `ERR_TARGET_USERINFO`; `ERR_TARGET_ORIGIN` for a session of another server
 * @throws {CredentialsError} `ERR_CREDENTIALS_TYPE` where `credentials` are named and there are none, such as a variable that is not set
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { influxApi, me } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: 'my-token' })
 * console.log((await me(influx)).name) // zoë
 */
export function influxApi(options: InfluxOptions): Influx {
  checkOptions(options, RULES)
  const { fetch: own, timeout = 30, allowInsecure, signal } = options
  const server = {
    ...readUrl(options.url, allowInsecure),
    fetch: (own ?? fetch) as unknown as Server['fetch'],
  }

  const connect = (held: Held): Influx => ({
    url: server.base,
    credential: held.session ? 'session' : held.provider ? 'other' : 'none',
    session: held.session,
    async whichIs(tokens) {
      const credentials = await held.provider?.get({ origin: server.origin })
      const own = credentials?.scheme === 'basic' ? credentials.password : credentials?.token
      return own ? tokens.indexOf(own) : -1
    },
    as: (credentials) => connect(hold(credentials, server.origin)),
    send: (request) =>
      inTime(timeout, [signal, request.signal], (signal) => ask(server, held, request, signal)),
  })
  return connect('credentials' in options ? hold(options.credentials, server.origin) : {})
}

/** A credential in hand. */
interface Held {
  readonly provider?: CredentialProvider
  readonly session?: Session
  /** What was refused and is all that the provider has: for a while it is not asked anew. */
  refused?: { readonly authorization: string; readonly until: number }
}

function hold(credentials: CredentialSource | Session | undefined, origin: string): Held {
  if (isSession(credentials)) {
    if (credentials.origin === origin) return { session: credentials }
    throw new TargetError('ERR_TARGET_ORIGIN', `This session is for ${credentials.origin} alone`)
  }
  const source = credentials as CredentialSource
  // What is in hand, or nothing at all, is found fault with at once.
  if (typeof source !== 'function' && !('get' in Object(source))) toValue(toCredentials(source as string))
  return { provider: toProvider(source) }
}

async function ask(
  server: Server,
  held: Held,
  request: InfluxRequest,
  signal: AbortSignal,
  renewed?: Credentials,
): Promise<InfluxAnswer> {
  const { provider, session } = held
  const { origin } = server
  const credentials = request.authorization ? undefined : (renewed ?? (await provider?.get({ origin })))
  const authorization = request.authorization ?? (credentials && toValue(credentials))
  const cookie = session?.cookie()
  const secrets = [...(request.secrets ?? []), ...secretsIn(credentials, authorization, cookie)]
  const presented = { authorization, cookie, isSession: Boolean(session), secrets }
  const { status, headers, text } = await send(server, request, presented, signal)
  if (status < 400) return { status, headers, body: parse(status, text) }

  const error = toInfluxError(status, text ?? '', secrets)
  if (credentials && authorization && !renewed && RENEWABLE.includes(error.reason)) {
    const { refused } = held
    if (refused?.authorization !== authorization || performance.now() > refused.until) {
      await provider?.invalidate?.(credentials)
      const next = await provider?.get({ origin })
      if (next && toValue(next) !== authorization) return ask(server, held, request, signal, next)
      held.refused = { authorization, until: performance.now() + HOLD_OFF }
    }
  }
  throw error
}

/** Whether credentials are a session, of whichever copy of this module. */
function isSession(credentials: CredentialSource | Session | undefined): credentials is Session {
  return typeof credentials === 'object' && credentials !== null && 'cookie' in credentials
}

function toValue(credentials: Credentials): string {
  return adviseOn(credentials, write)
}

/** As `formatAuthorization`, without what reads. */
function write(credentials: Credentials): string {
  switch (credentials?.scheme) {
    case 'basic':
      return encodeBasic(credentials.username, credentials.password)
    case 'bearer':
      return encodeBearer(credentials.token)
    case 'token':
      return encodeToken(credentials.token)
    default:
      return refuseCredentials('ERR_CREDENTIALS_SCHEME', 'The scheme must be known')
  }
}

/** What of these a server must not make us show. */
function secretsIn(
  credentials: Credentials | undefined,
  authorization: string | undefined,
  cookie: string | undefined,
): string[] {
  const values = [authorization, cookie].flatMap((value) => value?.split(/[ ;=]+/).slice(1) ?? [])
  return [...values, (credentials as { readonly password?: string } | undefined)?.password ?? '']
}

function parse(status: number, text: string | undefined): unknown {
  if (text === undefined)
    throw new InfluxError('ERR_INFLUX_ANSWER', 'The answer is longer than 64 MiB', { status })
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    throw new InfluxError(
      'ERR_INFLUX_ANSWER',
      'The answer is not JSON: is the url that of InfluxDB, with the path that a proxy has it below?',
      { status },
    )
  }
}

/** What requests go to, and whether a credential may. */
function readUrl(url: InfluxOptions['url'], allowInsecure: boolean | undefined): Omit<Server, 'fetch'> {
  const text = typeof url === 'string' ? url : url?.href
  let parsed: URL
  try {
    parsed = new URL(text)
  } catch {
    throw new TargetError('ERR_TARGET_URL', `The url has to be one like https://localhost:8086`)
  }
  const { origin, href } = parsed
  createTarget({ origin, allowInsecure }).resolve(href)
  if (/[?#]/.test(href)) throw new TargetError('ERR_TARGET_URL', 'Give the url without a query')
  return { origin, base: href.replace(/\/+$/, '') }
}
