// The options of both InfluxDB clients: what of them is for the credential, and what for the client.

import {
  type AuthorizerOptions,
  allowed,
  authorizerRules,
  checkOptions,
  type OptionRules,
} from '@fluxauth/auth-core/client'

/** The authorizer's own, but for the origin, which is the client's URL where it is not given. */
type Bound = Omit<AuthorizerOptions, 'origin'> & { readonly origin?: AuthorizerOptions['origin'] | undefined }

type SharedName = 'headers' | 'proxyUrl' | 'timeout' | 'transportOptions' | 'writeOptions'

/** What both clients take. What it may be is for them to say. */
const CLIENT_RULES: OptionRules<SharedName> = {
  headers: allowed.anything,
  proxyUrl: allowed.anything,
  timeout: allowed.anything,
  transportOptions: allowed.anything,
  writeOptions: allowed.anything,
}

/** The rules for a client's options, given the names that the other has not. */
export function clientRules<Name extends string>(
  ...names: readonly Name[]
): OptionRules<Name | SharedName | keyof AuthorizerOptions> {
  const own = Object.fromEntries(names.map((name) => [name, allowed.anything]))
  return { ...authorizerRules, ...CLIENT_RULES, ...(own as OptionRules<Name>) }
}

/**
 * Tells the options of an authorizer from those of the client.
 *
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 */
export function splitOptions<Options extends Bound>(
  options: Options,
  rules: OptionRules<Extract<keyof Options, string>>,
): { bound: Bound; client: Omit<Options, keyof AuthorizerOptions> } {
  const read = checkOptions(options, rules)
  const { credentials, origin, allowInsecure, onExisting, retry, holdOff, onEvent, ...client } = read
  return { bound: { credentials, origin, allowInsecure, onExisting, retry, holdOff, onEvent }, client }
}
