// Authenticated calls to InfluxDB from Node, and where their credentials come from.

export {
  type BasicCredentials,
  type BearerCredentials,
  type Credentials,
  encodeBasic,
  encodeBearer,
  encodeToken,
  redactAuthorization,
  redactHeaders,
  redactUrl,
  type TokenCredentials,
} from '@fluxauth/auth-core'
export {
  AuthError,
  type AuthEvent,
  type AuthEventListener,
  type AuthorizerOptions,
  type CredentialContext,
  type CredentialProvider,
  type CredentialSource,
  CredentialsError,
  type CredentialsErrorCode,
  OptionsError,
  type OptionsErrorCode,
  RedirectError,
  type RedirectErrorCode,
  type RetryOptions,
  TargetError,
  type TargetErrorCode,
} from '@fluxauth/auth-core/client'
export { type AuthFetchOptions, authFetch } from './auth-fetch.ts'
export { explainCertificateError } from './certificate-error.ts'
export { chain, type DefaultChainOptions, defaultChain } from './credentials/chain.ts'
export { type EnvHost, type EnvOptions, fromEnv, hostFromEnv } from './credentials/env.ts'
export { type ExecOptions, fromExec } from './credentials/exec.ts'
export { fromValue } from './credentials/explicit.ts'
export { homeFolder } from './credentials/home.ts'
export { resolveUrl } from './credentials/host.ts'
export {
  fromInfluxConfigs,
  type InfluxConfigsOptions,
  type InfluxProfile,
  type InfluxProfileChange,
  influxConfigsPath,
  readInfluxProfiles,
} from './credentials/influx-configs.ts'
export { fromKeyring, type KeyringOptions } from './credentials/keyring.ts'
export { fromNetrc, type NetrcOptions } from './credentials/netrc.ts'
export { readToken } from './credentials/secret.ts'
export {
  type CredentialFinder,
  defineSource,
  type Found,
  SourceError,
  type SourceErrorCode,
} from './credentials/source.ts'
export { fromTokenFile, type TokenFileOptions } from './credentials/token-file.ts'
export { updateSecretFile } from './credentials/update-secret-file.ts'
export { writeInfluxProfiles } from './credentials/write-influx-profiles.ts'
