// The errors of signing in and out, and their codes.

import { AuthError } from '@fluxauth/auth-core'

/** Why signing in or out did not work. */
export type SignInErrorCode =
  /** 401: user name or password is wrong. */
  | 'ERR_SIGN_IN_REFUSED'
  /** 403: the account is disabled. */
  | 'ERR_SIGN_IN_DISABLED'
  /** 429: too many attempts. */
  | 'ERR_SIGN_IN_LIMITED'
  /** The server gave another answer than InfluxDB does. */
  | 'ERR_SIGN_IN_FAILED'
  /** No answer: the server is down, or it does not let this page's origin in (CORS). */
  | 'ERR_SIGN_IN_UNREACHABLE'
  /** Before there was an answer, something else was asked for: another sign-in, a token, signing out. */
  | 'ERR_SIGN_IN_SUPERSEDED'
  /** The session could not be ended on the server. */
  | 'ERR_SIGN_OUT_FAILED'

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
