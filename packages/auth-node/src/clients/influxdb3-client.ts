// The InfluxDB 3 client with a credential that may change while the client lives.

import {
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  type OptionRules,
} from '@fluxauth/auth-core/client'
import {
  type ClientOptions,
  HttpError,
  InfluxDBClient,
  type PointValues,
  type QueryOptions,
  type WritableData,
  type WriteOptions,
} from '@influxdata/influxdb3-client'
import {
  type AttemptedRequest,
  type Attempts,
  fixHeaders,
  type Refusal,
  startAttempts,
} from './influxdb-attempts.ts'
import { clientRules, splitOptions } from './influxdb-options.ts'
import { transportOptions } from './influxdb-transport.ts'
import { originOf, readServer } from './origin.ts'

/** Options of {@link authInfluxDBClient}: those of the client, and the credential in the place of `token` and `authScheme`. */
export interface AuthInfluxDBClientOptions
  extends Omit<ClientOptions, 'token' | 'authScheme' | 'transport'>,
    Omit<AuthorizerOptions, 'origin'> {
  /** Default: the origin of `host`, and of `proxyUrl`, through which all but queries goes. */
  readonly origin?: AuthorizerOptions['origin'] | undefined
}

const RULES: OptionRules<keyof AuthInfluxDBClientOptions> = clientRules(
  'host',
  'database',
  'writeTimeout',
  'queryTimeout',
  'queryOptions',
  'grpcOptions',
)

/**
 * Makes an `InfluxDBClient` whose writes (HTTP) and queries (Flight, over gRPC) carry a credential that is asked for each time: a token
 * that is rotated is used without making a new client, and a refusal has the provider asked again.
 *
 * Queries always say `Bearer`, the only scheme that Flight knows. Redirects are errors, as they are for the client alone. Where
 * `transportOptions` has the package follow-redirects follow them, the credential is dropped on the first that leads to another origin.
 *
 * @param options of the client, with `credentials` in the place of `token`
 * @returns the client; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME`, for `token`, `authScheme` and `transport` too, or `ERR_OPTION_VALUE`
 * @example
 * import { fromEnv } from '@fluxauth/auth-node'
 * import { authInfluxDBClient } from '@fluxauth/auth-node/influxdb3-client'
 *
 * const options = { host: 'http://localhost:8086', database: 'home' }
 * const influx = authInfluxDBClient({ ...options, credentials: fromEnv() })
 * console.log(await influx.getServerVersion()) // 2.x-fluxauth-sample
 * await influx.close()
 * @see InfluxDB 3 client library for JavaScript, "ClientOptions"
 */
export function authInfluxDBClient(options: AuthInfluxDBClientOptions): InfluxDBClient {
  return new AuthInfluxDBClient(options)
}

class AuthInfluxDBClient extends InfluxDBClient {
  readonly #authorizer: Authorizer
  readonly #host: string
  readonly #options: ClientOptions
  /** What a query is asked with that says nothing else. Of its language the client says no word where there are options without it. */
  readonly #asked: Partial<QueryOptions>

  constructor(options: AuthInfluxDBClientOptions) {
    const { bound, client: given } = splitOptions(options, RULES)
    const { server: host, ...urls } = readServer(given.host, given.proxyUrl, bound.allowInsecure)
    const origin = bound.origin ?? [originOf(host), originOf(urls.url)]
    const authorizer = createAuthorizer({ ...bound, origin })
    const withoutToken: ClientOptions = {
      ...withFixedHeaders(given),
      host: urls.url,
      ...(urls.proxyUrl && { proxyUrl: urls.proxyUrl }),
      // The environment's proxy would read a credential that goes over plain http.
      ...(!bound.allowInsecure &&
        urls.url.startsWith('http:') && {
          grpcOptions: {
            'grpc.enable_http_proxy': 0,
            ...(given.grpcOptions ?? given.queryOptions?.grpcOptions),
          },
        }),
      token: '', // the client wants one, and sends none that is empty
      transportOptions: transportOptions(authorizer, given.transportOptions),
    }
    super(withoutToken)
    this.#authorizer = authorizer
    this.#host = host
    this.#options = withoutToken
    this.#asked = withoutToken.queryOptions ?? (given.grpcOptions ? {} : { type: 'sql' })
  }

  override async write(
    data: WritableData,
    database?: string,
    org?: string,
    options: Partial<WriteOptions> = {},
  ): Promise<void> {
    const fixed = { ...options } // the caller may change its own while a credential is waited for
    const attempts = await this.#start({
      method: 'POST',
      headers: fixed.headers,
      beneath: [this.#options.headers, this.#options.writeOptions?.headers],
    })
    return attempts.run((headers) => super.write(data, database, org, { ...fixed, headers }))
  }

  override async *query(
    query: string,
    database?: string,
    options?: Partial<QueryOptions>,
  ): AsyncGenerator<Record<string, unknown>, void, void> {
    yield* this.#query((withHeaders) => super.query(query, database, withHeaders), options)
  }

  override async *queryPoints(
    query: string,
    database?: string,
    options?: Partial<QueryOptions>,
  ): AsyncGenerator<PointValues, void, void> {
    yield* this.#query((withHeaders) => super.queryPoints(query, database, withHeaders), options)
  }

  /** Asks as the client itself would, which takes no headers for this: with one that has them for good. */
  override async getServerVersion(): Promise<string | undefined> {
    const attempts = await this.#start({ method: 'GET', headers: this.#options.headers, beneath: [] })
    return attempts.run(async (headers) => {
      const client = new InfluxDBClient({ ...this.#options, headers })
      try {
        return await client.getServerVersion()
      } finally {
        await client.close()
      }
    })
  }

  async *#query<Row>(
    run: (options: Partial<QueryOptions>) => AsyncGenerator<Row, void, void>,
    options?: Partial<QueryOptions>,
  ): AsyncGenerator<Row, void, void> {
    const { headers, queryOptions, host } = this.#options
    const given = { ...(options ?? this.#asked) }
    const attempts = await this.#start({
      url: host, // Flight goes to the server itself, also where a proxy is named for HTTP
      method: 'POST',
      headers: options?.headers,
      beneath: [headers, queryOptions?.headers],
      write: (authorization) => authorization.replace(/^Token /, 'Bearer '),
    })
    for (;;) {
      let begun = false
      try {
        for await (const row of run({ ...given, headers: attempts.headers() })) {
          begun = true
          yield row
        }
        return
      } catch (error) {
        // From the start again, the caller would get rows twice.
        if (begun || !(await attempts.again(error))) throw error
      }
    }
  }

  #start(request: Omit<AttemptedRequest, 'url'> & { readonly url?: string }): Promise<Attempts> {
    return startAttempts(this.#authorizer, { url: this.#host, ...request }, refusalOf)
  }
}

/** The caller may change its own headers while a credential is waited for. */
function withFixedHeaders<Options extends Pick<ClientOptions, 'headers' | 'writeOptions' | 'queryOptions'>>(
  options: Options,
): Options {
  const { headers, writeOptions, queryOptions } = options
  return {
    ...options,
    ...(headers && { headers: fixHeaders(headers) }),
    ...(writeOptions?.headers && {
      writeOptions: { ...writeOptions, headers: fixHeaders(writeOptions.headers) },
    }),
    ...(queryOptions?.headers && {
      queryOptions: { ...queryOptions, headers: fixHeaders(queryOptions.headers) },
    }),
  }
}

/** What the refusals of gRPC are called in HTTP. */
const GRPC_STATUSES: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, PERMISSION_DENIED: 403 }

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof HttpError) return error
  const { code = '' } = error as { code?: string }
  const statusCode = GRPC_STATUSES[code]
  return statusCode === undefined ? undefined : { statusCode }
}
