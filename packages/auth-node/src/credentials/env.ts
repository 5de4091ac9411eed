// Environment variables of the InfluxDB tools, and their `*_FILE` forms.

import type { Credentials } from '@fluxauth/auth-core'
import { checkOptions, type OptionRule } from '@fluxauth/auth-core/client'
import { TIMEOUT } from './deadline.ts'
import { readSecretFile } from './file.ts'
import { checkHost, readHost } from './host.ts'
import { forgetPipes } from './pipe.ts'
import { readBasic, readPlain, readToken } from './secret.ts'
import { type CredentialFinder, defineSource, SourceError } from './source.ts'

/** Options of {@link fromEnv}. */
export interface EnvOptions {
  /** The variables to look at. Default `process.env`, as it is at each request. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Longest time to wait for a file that a variable names, in milliseconds. Default 3,000. */
  readonly timeout?: number | undefined
}

/** What a set of variables may be. */
export const VARIABLES: OptionRule = {
  wanted: 'an object with variables',
  test: (value) => typeof value === 'object' && value !== null,
}

const RULES = { env: VARIABLES, timeout: TIMEOUT }

/** The server that the environment names. */
export interface EnvHost {
  /** As it is written there, with its path. */
  readonly host: string
  /** Scheme, host and port of it. */
  readonly origin: string
  /** The variable's name. */
  readonly source: string
}

type Read = (name: string) => Promise<Variable | undefined>
interface Variable {
  readonly value: string
  /** For people: the variable's name. */
  readonly source: string
}

/**
 * In this order; a token wins over user name and password, as it does in the influx CLI. Each is for the server that its own host
 * variable names, or else the other one: a variable that names a server is there to say where credentials go.
 */
const SECRETS = [
  { name: 'INFLUX_TOKEN', hosts: ['INFLUX_HOST', 'INFLUXDB3_HOST_URL'] },
  { name: 'INFLUXDB3_AUTH_TOKEN', hosts: ['INFLUXDB3_HOST_URL', 'INFLUX_HOST'] },
  { name: 'INFLUX_USERNAME', hosts: ['INFLUX_HOST', 'INFLUXDB3_HOST_URL'] },
] as const

/**
 * Reads the variables that InfluxDB's own tools use.
 *
 * A token from `INFLUX_TOKEN` (`INFLUX_AUTH_SCHEME` may say `Bearer`) or `INFLUXDB3_AUTH_TOKEN`; else user name and password from
 * `INFLUX_USERNAME` and `INFLUX_PASSWORD`. Each may have `_FILE` added to its name and then names a file that holds the value. Empty
 * variables count as absent.
 *
 * Where `INFLUX_HOST` or `INFLUXDB3_HOST_URL` is set, the credential goes to that server and no other; where both are,
 * `INFLUXDB3_AUTH_TOKEN` goes to the latter, all else to the former. `find` also tells `host`, its `origin`, and `org` (`INFLUX_ORG`).
 *
 * @param options `env` instead of `process.env`, and `timeout`
 * @returns the source; `get` and `find` reject with `SourceError` `ERR_SOURCE_ABSENT`, `ERR_SOURCE_TIMEOUT` for a file that does not
 *   answer in time, or `ERR_SOURCE_INVALID` when variables contradict each other, or hold something else than they should
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { fromEnv } from '@fluxauth/auth-node'
 *
 * await fromEnv({ env: { INFLUX_TOKEN: 'my-token' } }).get() // { scheme: 'token', token: 'my-token' }
 * @see InfluxDB 2 documentation, "influx CLI", environment variables
 */
export function fromEnv(options: EnvOptions = {}): CredentialFinder {
  options = checkOptions(options, RULES)
  return defineSource(
    'environment',
    async (context) => {
      const read = reader(options)
      let elsewhere: SourceError | undefined
      for (const { name, hosts } of SECRETS) {
        const secret = await read(name)
        if (!secret) continue
        const host = await readFirstHost(hosts, read)
        try {
          if (host) checkHost(host.url, secret.source, context)
        } catch (error) {
          elsewhere ??= error as SourceError
          continue
        }
        const credentials =
          name === 'INFLUX_USERNAME'
            ? await basicCredentials(secret, read)
            : await tokenCredentials(secret, read)
        const org = await read('INFLUX_ORG')
        return { credentials, source: secret.source, host: host?.value, org: org && readPlain(org.value) }
      }
      if (elsewhere) throw elsewhere
      if (await read('INFLUX_PASSWORD')) {
        throw new SourceError(
          'ERR_SOURCE_INVALID',
          'INFLUX_PASSWORD is set, but INFLUX_USERNAME is not: set it',
        )
      }
      throw new SourceError(
        'ERR_SOURCE_ABSENT',
        'None of INFLUX_TOKEN, INFLUXDB3_AUTH_TOKEN, INFLUX_USERNAME is set, nor with _FILE added',
      )
    },
    forgetPipes,
  )
}

/**
 * The server that `INFLUX_HOST` or else `INFLUXDB3_HOST_URL` names (or a file, with `_FILE` added), whether there is a credential or not.
 *
 * @param options `env` instead of `process.env`, and `timeout`
 * @returns `host` with its path, and its `origin`; `undefined` where no variable names one
 * @throws {SourceError} `ERR_SOURCE_INVALID` when it is not a http or https URL, `ERR_SOURCE_TIMEOUT` for a file that does not answer in time
 * @example
 * import { hostFromEnv } from '@fluxauth/auth-node'
 *
 * ;(await hostFromEnv({ env: { INFLUX_HOST: 'http://localhost:8086/influx' } }))?.origin // 'http://localhost:8086'
 */
export async function hostFromEnv(options: EnvOptions = {}): Promise<EnvHost | undefined> {
  options = checkOptions(options, RULES)
  const found = await readFirstHost(['INFLUX_HOST', 'INFLUXDB3_HOST_URL'], reader(options))
  return found && { host: found.value, origin: found.url.origin, source: found.source }
}

async function readFirstHost(
  names: readonly string[],
  read: Read,
): Promise<(Variable & { readonly url: URL }) | undefined> {
  for (const name of names) {
    const host = await read(name)
    if (!host) continue
    const value = readPlain(host.value)
    return { value, source: host.source, url: readHost(value, host.source) }
  }
  return undefined
}

async function tokenCredentials({ value, source }: Variable, read: Read): Promise<Credentials> {
  const given = await read('INFLUX_AUTH_SCHEME')
  const scheme = given ? readPlain(given.value).toLowerCase() : 'token'
  if (scheme === 'token' || scheme === 'bearer') return { scheme, token: readToken(value, source) }
  throw new SourceError(
    'ERR_SOURCE_INVALID',
    `${given?.source} has to be Token or Bearer, in any case; for Basic set INFLUX_USERNAME and INFLUX_PASSWORD instead of a token`,
  )
}

async function basicCredentials(username: Variable, read: Read): Promise<Credentials> {
  const password = await read('INFLUX_PASSWORD')
  return readBasic(
    { username: username.value, password: password?.value ?? '' },
    { username: username.source, password: password?.source ?? 'INFLUX_PASSWORD' },
  )
}

function reader({ env = process.env, timeout }: EnvOptions): Read {
  return (name) => readVariable(env, name, timeout)
}

/** A variable's value, or that of the file which its `_FILE` form names. */
async function readVariable(
  env: NonNullable<EnvOptions['env']>,
  name: string,
  timeout: number | undefined,
): Promise<Variable | undefined> {
  const value = env[name]
  const path = env[`${name}_FILE`]
  if (value && path) {
    throw new SourceError('ERR_SOURCE_INVALID', `Both ${name} and ${name}_FILE are set: unset one of them`)
  }
  if (value) return { value, source: name }
  if (!path) return undefined
  const source = `${name}_FILE`
  if (looksLikeToken(path)) {
    throw new SourceError('ERR_SOURCE_INVALID', `${source} is to name a file, and holds a token: set ${name}`)
  }
  const content = await readSecretFile(path, { ownerOnly: false, timeout }).catch((cause) => {
    const code = cause.code === 'ERR_SOURCE_TIMEOUT' ? cause.code : 'ERR_SOURCE_INVALID'
    throw new SourceError(code, `${source} names a file that cannot be used: ${cause.message}`, { cause })
  })
  if (!readPlain(content))
    throw new SourceError('ERR_SOURCE_INVALID', `The file that ${source} names is empty`)
  return { value: content, source }
}

/** A token in the place of a path: the message would show it. */
function looksLikeToken(path: string): boolean {
  return /^apiv3_|=$/.test(path) || (path.length > 30 && !/[/\\.]/.test(path))
}
