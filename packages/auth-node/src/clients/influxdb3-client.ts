// The InfluxDB 3 client with a credential that may change while the client lives.

import {
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  type Exchange,
  isDeciding,
  type OptionRules,
  RecordHeaders,
  startExchange,
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

  constructor(options: AuthInfluxDBClientOptions) {
    const { bound, client: given } = splitOptions(options, RULES)
    const { server: host, ...urls } = readServer(given.host, given.proxyUrl, bound.allowInsecure)
    const origin = bound.origin ?? [originOf(host), originOf(urls.url)]
    const authorizer = createAuthorizer({ ...bound, origin })
    authorizer.target.resolve(host)
    const withoutToken: ClientOptions = {
      ...given,
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
  }

  override async write(
    data: WritableData,
    database?: string,
    org?: string,
    options: Partial<WriteOptions> = {},
  ): Promise<void> {
    const fixed = { ...options } // the caller may change its own while a credential is waited for
    const attempt = await this.#start('POST', fixed.headers)
    for (;;) {
      try {
        return await super.write(data, database, org, { ...fixed, headers: attempt.headers() })
      } catch (error) {
        if (!(await attempt.again(error))) throw error
      }
    }
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
    const attempt = await this.#start('GET', this.#options.headers)
    for (;;) {
      const client = new InfluxDBClient({ ...this.#options, headers: attempt.headers() })
      try {
        return await client.getServerVersion()
      } catch (error) {
        if (!(await attempt.again(error))) throw error
      } finally {
        await client.close()
      }
    }
  }

  async *#query<Row>(
    run: (options: Partial<QueryOptions>) => AsyncGenerator<Row, void, void>,
    options: Partial<QueryOptions> = {},
  ): AsyncGenerator<Row, void, void> {
    const given = { type: 'sql', ...this.#options.queryOptions, ...options } as const
    // Flight goes to the server itself, also where a proxy is named for HTTP.
    const attempt = await this.#start('POST', given.headers, this.#options.host)
    for (;;) {
      const headers = attempt.headers()
      const { authorization, ...others } = headers
      const flight = authorization?.replace(/^Token /, 'Bearer ')
      let begun = false
      try {
        for await (const row of run({
          ...given,
          headers: flight ? { ...others, authorization: flight } : headers,
        })) {
          begun = true
          yield row
        }
        return
      } catch (error) {
        // From the start again, the caller would get rows twice.
        if (begun || !(await attempt.again(error))) throw error
      }
    }
  }

  /** Starts a request, and says whether to send it again after an error. */
  async #start(method: string, given: Readonly<Record<string, string>> | undefined, to = this.#host) {
    const headers = new RecordHeaders(given)
    const exchange = await startExchange(this.#authorizer, {
      url: new URL(to),
      method,
      headers,
      replayable: true,
      redirect: 'manual',
    })
    return {
      headers: () => ({ ...headers.record }),
      again: (error: unknown) => again(exchange, error),
    }
  }
}

/** What the refusals of gRPC are called in HTTP. */
const GRPC_STATUSES: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, PERMISSION_DENIED: 403 }

async function again(exchange: Exchange, error: unknown): Promise<boolean> {
  const { code } = error as { code?: string }
  const status = error instanceof HttpError ? error.statusCode : GRPC_STATUSES[code ?? '']
  if (status === undefined || !isDeciding(status)) return false
  const headers = error instanceof HttpError ? error.headers : undefined
  return exchange.again({
    status,
    header: (name) => headers?.[name]?.toString(),
    discard: () => undefined,
  })
}
