// Every error of the client side and its codes. No message holds a credential or a URL's user name and password.

import { AuthError } from '../errors.ts'

/** Why a credential was not sent. */
export type TargetErrorCode =
  /** The origin is not one: a wildcard, a path, another scheme than http and https, or not a URL. */
  | 'ERR_TARGET_ORIGIN'
  /** Plain http to another host than this machine. */
  | 'ERR_TARGET_INSECURE'
  /** The URL is not one that can be called. */
  | 'ERR_TARGET_URL'
  /** The URL holds a user name or password. */
  | 'ERR_TARGET_USERINFO'
  /** `mode: 'no-cors'`, in which browsers silently drop the Authorization header. */
  | 'ERR_TARGET_NO_CORS'
  /** The request has an `Authorization` header already, and `onExisting` is `'error'`. */
  | 'ERR_TARGET_EXISTING'
  /** A dispatcher of undici is connected to another server than it said, or does not say where it is connected. */
  | 'ERR_TARGET_DISPATCHER'

/** What is wrong with a redirect that was to be followed. */
export type RedirectErrorCode =
  /** More than 20 redirects. */
  | 'ERR_REDIRECT_COUNT'
  /** The `Location` is not a http or https URL. */
  | 'ERR_REDIRECT_LOCATION'
  /** The request asked for `redirect: 'error'`, and the server redirects. */
  | 'ERR_REDIRECT_REFUSED'
  /** The body was a stream, or that of a `Request`, which is one: it cannot be sent a second time. */
  | 'ERR_REDIRECT_BODY'

/** A credential was not sent because its target is not right. */
export class TargetError extends AuthError<TargetErrorCode> {
  override get name(): string {
    return 'TargetError'
  }
}

/** A redirect was not followed. */
export class RedirectError extends AuthError<RedirectErrorCode> {
  override get name(): string {
    return 'RedirectError'
  }
}
