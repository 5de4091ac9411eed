// The header codecs: `Authorization` and `WWW-Authenticate` values, their errors, and redaction for logs.

export {
  type Credentials,
  type CredentialsOf,
  type FormatAuthorizationOptions,
  formatAuthorization,
  type ParseAuthorizationOptions,
  parseAuthorization,
} from './authorization.ts'
export { type Challenge, formatChallenge, parseChallenges } from './challenge.ts'
export {
  AuthError,
  type AuthorizationErrorCode,
  AuthorizationSyntaxError,
  CredentialsError,
  type CredentialsErrorCode,
} from './errors.ts'
export {
  type HeadersShape,
  type HeaderValue,
  isSecretName,
  redactAuthorization,
  redactHeaders,
  redactUrl,
} from './redact.ts'
export {
  type DecodeOptions,
  defineScheme,
  type SchemeCodec,
  type SchemeCredentials,
} from './scheme.ts'
export {
  type BasicCredentials,
  basicScheme,
  type DecodeBasicOptions,
  decodeBasic,
  type EncodeBasicOptions,
  encodeBasic,
} from './schemes/basic.ts'
export { type BearerCredentials, bearerScheme, decodeBearer, encodeBearer } from './schemes/bearer.ts'
export {
  type DecodeTokenOptions,
  decodeToken,
  encodeToken,
  splitTokenPair,
  type TokenCredentials,
  tokenScheme,
} from './schemes/token.ts'
