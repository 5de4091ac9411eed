// Every error class of the codecs and its codes. A message never holds a byte of the credential it is about.

/** What is wrong with credentials, or a challenge, that were to be written. */
export type CredentialsErrorCode =
  /** A user-id, password or token is not a string. */
  | 'ERR_CREDENTIALS_TYPE'
  /** No codec is known for the `scheme` of the credentials, or a scheme's name is not a lower-case token. */
  | 'ERR_CREDENTIALS_SCHEME'
  /** A character has no bytes in the `charset`: half a surrogate pair, or one outside Latin-1; or there is no such charset. */
  | 'ERR_CREDENTIALS_CHARSET'
  /** The user-id holds a colon, which ends it. */
  | 'ERR_USERNAME_COLON'
  /** The user-id holds a control character, or starts with a byte order mark. */
  | 'ERR_USERNAME_CONTROL'
  /** The password holds a control character, or starts with a byte order mark. */
  | 'ERR_PASSWORD_CONTROL'
  /** The challenge has a scheme, parameter or token68 that no header can carry, or parameters beside a token68. */
  | 'ERR_CHALLENGE_VALUE'
  /** The token is empty or holds white space, a control character or anything else outside visible ASCII. */
  | 'ERR_TOKEN_SYNTAX'

/** What is wrong with an `Authorization` or `WWW-Authenticate` value that was to be read. */
export type AuthorizationErrorCode =
  /** The value is not a string. */
  | 'ERR_AUTHORIZATION_TYPE'
  /** The value is longer than `maxLength`. */
  | 'ERR_AUTHORIZATION_LENGTH'
  /** The value is a whole header line, name included. */
  | 'ERR_AUTHORIZATION_NAME'
  /** The scheme is another than the one asked for, or unknown. */
  | 'ERR_AUTHORIZATION_SCHEME'
  /** The scheme word is right but for its case. */
  | 'ERR_AUTHORIZATION_CASE'
  /** Nothing follows the scheme word. */
  | 'ERR_AUTHORIZATION_ALONE'
  /** The value holds more than one credential. */
  | 'ERR_AUTHORIZATION_LIST'
  /** No scheme word, or white space, a control character or a non-ASCII character where none may be. */
  | 'ERR_AUTHORIZATION_SYNTAX'
  /** A character outside the base64 alphabet. */
  | 'ERR_BASE64_ALPHABET'
  /** The base64 is not canonical: padding is missing, extra or misplaced, or the bits it pads are not zero. */
  | 'ERR_BASE64_PADDING'
  /** The bytes are not well-formed in the `charset`, or there is no such charset. */
  | 'ERR_BASIC_CHARSET'
  /** No colon stands between user-id and password. */
  | 'ERR_BASIC_COLON'
  /** The user-id or password holds a control character, or the user-id starts with a byte order mark. */
  | 'ERR_BASIC_CONTROL'
  /** A `WWW-Authenticate` value breaks the grammar. */
  | 'ERR_CHALLENGE_SYNTAX'
  /** A parameter name comes twice in one challenge. */
  | 'ERR_CHALLENGE_DUPLICATE'

/** Base class of all errors of fluxauth's own. */
export class AuthError<Code extends string = string> extends Error {
  /**
   * Whether something caught is an error of fluxauth's: also of another copy of it, where `instanceof` says no.
   *
   * @example
   * import { AuthError } from '@fluxauth/auth-core'
   *
   * AuthError.is(new TypeError()) // false
   */
  static is(error: unknown): error is AuthError {
    return Boolean((error as Partial<AuthError> | undefined)?.fluxauth)
  }

  /** Stable, for programs: compare this, not the message. */
  declare readonly code: Code
  /** Index of the first offending character in the text that was given, where there is one. */
  declare readonly position: number | undefined

  constructor(code: Code, message: string, position?: number, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.position = position
  }

  /** Marks the errors of every copy of this module: a program that loads it as ESM and as CommonJS has two. */
  get fluxauth(): boolean {
    return true
  }
}

/** Credentials, a scheme or a challenge that cannot be written so that they arrive intact. */
export class CredentialsError extends AuthError<CredentialsErrorCode> {
  override get name(): string {
    return 'CredentialsError'
  }
}

/** An `Authorization`, `WWW-Authenticate` or proxy's header value that breaks the rules. */
export class AuthorizationSyntaxError extends AuthError<AuthorizationErrorCode> {
  override get name(): string {
    return 'AuthorizationSyntaxError'
  }
}
