// The errors of signing in and out, and their codes.

import { AuthError } from '@fluxauth/auth-core'

/** Why signing in or out did not work. */
export type SignInErrorCode =
  /** The origin is not one, or it is plain http to another machine, where anyone on the way reads along. */
  | 'ERR_SIGN_IN_ORIGIN'
  /** There is no such option, or it cannot be this. */
  | 'ERR_SIGN_IN_OPTION'
  /** A token, and no vault for it. */
  | 'ERR_SIGN_IN_VAULT'
  /** 401: user name, password or token is wrong. */
  | 'ERR_SIGN_IN_REFUSED'
  /** 403: the account is disabled, or has to change its password first. */
  | 'ERR_SIGN_IN_DISABLED'
  /** 429: too many attempts. */
  | 'ERR_SIGN_IN_LIMITED'
  /** The server gave another answer than InfluxDB does. */
  | 'ERR_SIGN_IN_FAILED'
  /** The server let the user in, and the browser kept no cookie: the page is of another site, or a proxy loses it. */
  | 'ERR_SIGN_IN_COOKIE'
  /** No answer: the server is down, or it does not let this page's origin in (CORS). */
  | 'ERR_UNREACHABLE'
  /** Before there was an answer, something else was asked for: another sign-in, a token, signing out, `dispose()`. */
  | 'ERR_SIGN_IN_SUPERSEDED'
  /** The session could not be ended on the server. */
  | 'ERR_SIGN_OUT_FAILED'
  /** `mode: 'no-cors'`, in which browsers silently drop the Authorization header. */
  | 'ERR_FETCH_NO_CORS'

/** Signing in or out did not work. */
export class SignInError extends AuthError<SignInErrorCode> {
  /** The answer's HTTP status, where there was an answer. */
  readonly status: number | undefined

  constructor(
    code: SignInErrorCode,
    message: string,
    status?: number,
    options?: { readonly cause?: unknown },
  ) {
    super(code, message, undefined, options)
    this.status = status
  }

  override get name(): string {
    return 'SignInError'
  }
}

/** What a status says of a sign-in; 0 for that it led to no session. */
export function signInError(status: number): SignInError {
  const [code, message] = REASONS[status] ?? ['FAILED', `The server answered ${status}: is it InfluxDB?`]
  return new SignInError(`ERR_SIGN_IN_${code}`, message, status || undefined)
}

const REASONS: Record<number, readonly ['REFUSED' | 'DISABLED' | 'LIMITED' | 'COOKIE', string]> = {
  0: ['COOKIE', 'No cookie was kept: is the page of another site, or does a proxy lose it?'],
  401: ['REFUSED', 'User name, password or token is wrong'],
  403: ['DISABLED', 'The account is disabled: ask who runs the server'],
  429: ['LIMITED', 'Too many attempts: wait a moment'],
}

/** Something else was asked for. */
export function superseded(): SignInError {
  return new SignInError('ERR_SIGN_IN_SUPERSEDED', 'Something else was asked for meanwhile')
}
