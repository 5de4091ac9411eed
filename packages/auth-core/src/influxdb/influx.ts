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
import { createTarget, parseUrl } from '../client/target.ts'
import { anything, boolean, callback, number, type OptionRules } from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import { refuseCredentials } from '../scheme.ts'
import { encodeBasic } from '../schemes/basic.ts'
import { encodeBearer } from '../schemes/bearer.ts'
import { encodeToken } from '../schemes/token.ts'
import { InfluxError, toInfluxError } from './errors.ts'
import { inTime, type Server, send } from './send.ts'
import type { Influx, InfluxAnswer, InfluxOptions, InfluxRequest, Session } from './types.ts'

/** The reasons against which another credential may help: `credential`, `token-inactive` and `user-inactive`. */
const RENEWABLE = /credential|inactive/

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
    test: (value) => 'aborted' in Object(value),
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
  const { url, fetch: own, timeout = 30, allowInsecure, signal, credentials } = checkOptions(options, RULES)
  const server = {
    ...readUrl(url, allowInsecure),
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
  return connect('credentials' in options ? hold(credentials, server.origin) : {})
}

/** A credential in hand. */
interface Held {
  readonly provider?: CredentialProvider
  readonly session?: Session
  /** What the provider had when it was last asked anew. */
  renewal?: Promise<Credentials>
  /** What was refused and is all that the provider has: for a while it is not asked anew. */
  refused?: { readonly authorization: string; readonly until: number }
}

function hold(credentials: CredentialSource | Session | undefined, origin: string): Held {
  // A session of whichever copy of this module.
  if ('cookie' in Object(credentials)) {
    const session = credentials as Session
    if (session.origin === origin) return { session }
    throw new TargetError('ERR_TARGET_ORIGIN', `This session is for ${session.origin} alone`)
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
  const { provider, session, renewal: before } = held
  const { origin } = server
  const credentials = request.authorization ? undefined : (renewed ?? (await provider?.get({ origin })))
  const authorization = request.authorization ?? (credentials && toValue(credentials))
  const cookie = session?.cookie()
  // What a server must not make us show.
  const secrets = [
    ...(request.secrets ?? []),
    ...[authorization, cookie].flatMap((value) => value?.split(/[ ;=]+/).slice(1) ?? []),
    (credentials as { readonly password?: string } | undefined)?.password ?? '',
  ]
  const presented = { authorization, cookie, isSession: Boolean(session), secrets }
  const { status, headers, text } = await send(server, request, presented, signal)
  if (status < 400) return { status, headers, body: parse(status, text) }

  const error = toInfluxError(status, text ?? '', secrets)
  if (provider && credentials && authorization && !renewed && RENEWABLE.test(`${error.reason}`)) {
    const { refused } = held
    if (refused?.authorization !== authorization || performance.now() > refused.until) {
      // One for all that were sent before it began, whenever their answers come.
      if (held.renewal === before) {
        const forgotten = Promise.resolve(provider.invalidate?.(credentials))
        held.renewal = forgotten.then(() => provider.get({ origin }))
      }
      const next = await held.renewal
      if (next && toValue(next) !== authorization) return ask(server, held, request, signal, next)
      held.refused = { authorization, until: performance.now() + HOLD_OFF }
    }
  }
  throw error
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

function parse(status: number, text: string | undefined): unknown {
  if (text === undefined) throw new InfluxError('ERR_INFLUX_ANSWER', 'The answer is over 64 MiB', { status })
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    throw new InfluxError(
      'ERR_INFLUX_ANSWER',
      'The answer is not JSON: is the url that of InfluxDB, with its path behind a proxy?',
      { status },
    )
  }
}

/** What requests go to, and whether a credential may. */
function readUrl(url: InfluxOptions['url'], allowInsecure: boolean | undefined): Omit<Server, 'fetch'> {
  const parsed = parseUrl(Object(url).href ?? url)
  if (!parsed || /[?#]/.test(parsed.href)) {
    throw new TargetError('ERR_TARGET_URL', 'Give a url like https://localhost:8086, without a query')
  }
  const { origin, href } = parsed
  createTarget({ origin, allowInsecure }).resolve(href)
  return { origin, base: href.replace(/\/+$/, '') }
}
