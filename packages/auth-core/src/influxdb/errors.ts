// What an InfluxDB of any product says when it refuses, and what that means for whoever has to go on.

import { isPermissionMessage } from '../client/refusal-message.ts'
import { AuthError } from '../errors.ts'

/** What went wrong between this program and InfluxDB. */
export type InfluxErrorCode =
  /** The server refused: `reason` says why. */
  | 'ERR_INFLUX_REFUSED'
  /** No answer: `cause` is what `fetch` said. */
  | 'ERR_INFLUX_UNREACHABLE'
  /** No answer in time. Whether the request was carried out is not known. */
  | 'ERR_INFLUX_TIMEOUT'
  /** The answer is not one of InfluxDB's: a page, too long, or without what has to be in it. */
  | 'ERR_INFLUX_ANSWER'

/** Each {@link InfluxReason}, and what to tell people. */
const HINTS = {
  credential: 'No credential, an unknown token, a wrong password or scheme, or no session (sign in first)',
  'token-inactive': 'The token is inactive',
  'user-inactive': 'The user is inactive or deleted',
  'password-change': 'The password has to be changed first',
  password: 'The old password is wrong',
  permission: 'A permission is missing',
  conflict: 'There is one already',
  'not-found': 'None that this may see, or no such path',
  invalid: 'The server does not take this',
  'too-large': 'Too large',
  server: 'The server cannot do it now',
}

/**
 * Why a server refused. Only `credential`, `token-inactive` and `user-inactive` are worth another credential, and only `credential` ends
 * a session; with `permission` the credential is good. `server` (429, and 500 and above) may pass.
 */
export type InfluxReason = keyof typeof HINTS

/** What InfluxDB answers with, whatever the product, when it does not do what it was asked for. */
export class InfluxError extends AuthError<InfluxErrorCode> {
  /** Of the answer, where there was one. */
  declare readonly status: number | undefined
  /** Why it refused; with `ERR_INFLUX_REFUSED` alone. */
  declare readonly reason: InfluxReason | undefined
  /** The server's own word for it, such as `'unauthorized'`: v2 and Cloud have one. */
  declare readonly serverCode: string | undefined
  /** What the server said: a line without control characters, and without the credential. */
  declare readonly serverMessage: string | undefined

  constructor(
    code: InfluxErrorCode,
    message: string,
    details: {
      readonly status?: number | undefined
      readonly reason?: InfluxReason | undefined
      readonly serverCode?: string | undefined
      readonly serverMessage?: string | undefined
      readonly cause?: unknown
    } = {},
  ) {
    const { cause, ...told } = details
    super(code, message, undefined, cause ? { cause } : {})
    Object.assign(this, told)
  }

  override get name(): string {
    return 'InfluxError'
  }
}

/**
 * Makes an error of an answer's status and body, of any product: JSON with `code` and `message` (v2, Cloud) or `error` (v1, v3). What is
 * something else, such as a proxy's page, counts by its status.
 *
 * @param status 300 or above
 * @param body the text of the answer, or what a client made of its JSON; what is not needed of the text, such as all but its first
 *   64 KiB, can be left out
 * @param secrets what must not be shown, should the server repeat it
 * @returns with code `ERR_INFLUX_REFUSED`
 * @example
 * import { toInfluxError } from '@fluxauth/auth-core/influxdb'
 *
 * toInfluxError(401, '{"code":"unauthorized","message":"write:orgs/1f/buckets is unauthorized"}').reason // 'permission'
 * toInfluxError(401, '{"code":"unauthorized","message":"unauthorized access"}').reason // 'credential'
 */
export function toInfluxError(status: number, body: unknown, secrets: readonly string[] = []): InfluxError {
  let said: Record<string, unknown>
  try {
    said = Object(JSON.parse(body as string))
  } catch {
    // A page or nothing, which has none of these members; or read already, as axios does.
    said = Object(body)
  }
  const message = said.message ?? said.error
  const text = typeof message === 'string' ? message : ''
  const shown = clean(text, secrets)
  const reason = reasonOf(status, text)
  return new InfluxError('ERR_INFLUX_REFUSED', `${HINTS[reason]} (${status}${shown && `: ${shown}`})`, {
    status,
    reason,
    serverCode: typeof said.code === 'string' ? clean(said.code, secrets) : undefined,
    serverMessage: shown || undefined,
  })
}

function reasonOf(status: number, message: string): InfluxReason {
  if (status === 403) {
    if (message === 'User is inactive') return 'user-inactive'
    if (message.startsWith('password change required')) return 'password-change'
    if (message === 'your username or password is incorrect') return 'password'
  }
  if (status === 401 || status === 403) {
    if (message.endsWith('token is inactive')) return 'token-inactive'
    return status === 403 || isPermissionMessage(message) ? 'permission' : 'credential'
  }
  if (status === 404) return 'not-found'
  if (status === 409 || status === 422) return 'conflict'
  if (status === 413 || status === 431) return 'too-large'
  return status === 429 || status >= 500 ? 'server' : 'invalid'
}

/**
 * What a `fetch` threw, without whatever it hangs on it: the errors of some lead to the request, and to its headers.
 *
 * @param depth how many causes of causes to tell
 */
export function toldBy(thrown: unknown, secrets: readonly string[], depth = 3): Error {
  const { name, message, code, cause } = Object(thrown) as Partial<AuthError>
  const told = new Error(clean(`${message ?? thrown}`, secrets), {
    ...(cause !== undefined && depth > 0 && { cause: toldBy(cause, secrets, depth - 1) }),
  })
  return Object.assign(told, { name: `${name ?? 'Error'}` }, typeof code === 'string' && { code })
}

/** A line for people, without what must not be shown. */
function clean(text: string, secrets: readonly string[]): string {
  return secrets
    .reduce((cleaned, secret) => (secret ? cleaned.replaceAll(secret, '[redacted]') : cleaned), text)
    .slice(0, 400)
    .replace(/\p{C}+/gu, ' ')
}
