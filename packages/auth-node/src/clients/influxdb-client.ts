// The InfluxDB v2 client with a credential that may change while the client lives.

import {
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  type OptionRules,
} from '@fluxauth/auth-core/client'
import {
  type Cancellable,
  type ClientOptions,
  type CommunicationObserver,
  HttpError,
  InfluxDB,
  type SendOptions,
  type Transport,
} from '@influxdata/influxdb-client'
import { fixHeaders, type Refusal, startAttempts } from './influxdb-attempts.ts'
import { clientRules, splitOptions } from './influxdb-options.ts'
import { transportOptions } from './influxdb-transport.ts'
import { originOf, readServer } from './origin.ts'

/** Options of {@link authInfluxDB}: those of the client, and the credential in the place of `token`. */
export interface AuthInfluxDBOptions
  extends Omit<ClientOptions, 'token' | 'transport'>,
    Omit<AuthorizerOptions, 'origin'> {
  /** Default: the origin of `url`, or of `proxyUrl`, through which everything goes. */
  readonly origin?: AuthorizerOptions['origin'] | undefined
}

const RULES: OptionRules<keyof AuthInfluxDBOptions> = clientRules('url')

/**
 * Makes an `InfluxDB` whose requests carry a credential that is asked for each time: a token that is rotated is used without making
 * a new client, and a 401 has the provider asked again.
 *
 * Redirects are errors, as they are for the client alone. Where `transportOptions` has the package follow-redirects follow them, the
 * credential is dropped on the first that leads to another origin.
 *
 * @param options of the client, with `credentials` in the place of `token`
 * @returns the client; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME`, for `token` and `transport` too, or `ERR_OPTION_VALUE`
 * @example
 * import { fromTokenFile } from '@fluxauth/auth-node'
 * import { authInfluxDB } from '@fluxauth/auth-node/influxdb-client'
 *
 * const credentials = fromTokenFile('/run/secrets/influx-token')
 * const influx = authInfluxDB({ url: 'http://localhost:8086', credentials })
 * const queries = influx.getQueryApi('my-org') // as ever, with the token of the moment
 * @see InfluxDB client library for JavaScript, "ClientOptions"
 */
export function authInfluxDB(options: AuthInfluxDBOptions): InfluxDB {
  const { bound, client: given } = splitOptions(options, RULES)
  const { server, ...urls } = readServer(given.url, given.proxyUrl, bound.allowInsecure)
  const authorizer = createAuthorizer({ ...bound, origin: bound.origin ?? originOf(server) })
  const headers = fixHeaders(given.headers)
  const client = { ...given, headers, url: urls.url, ...(urls.proxyUrl && { proxyUrl: urls.proxyUrl }) }
  const { transport } = new InfluxDB({
    ...client,
    transportOptions: transportOptions(authorizer, client.transportOptions),
  })
  return new InfluxDB({ ...client, transport: withCredentials(transport, authorizer, server, headers) })
}

/** Puts the credential on what a transport sends. */
function withCredentials(
  transport: Transport,
  authorizer: Authorizer,
  server: string,
  ofClient: Readonly<Record<string, string>>,
): Transport {
  const beneath = [ofClient]
  const start = ({ method, headers }: SendOptions, signal: unknown) =>
    startAttempts(
      authorizer,
      { url: server, method, headers, beneath, signal: signal as AbortSignal | undefined },
      refusalOf,
    )

  return {
    chunkCombiner: transport.chunkCombiner,
    async request(path, body, given, responseStarted) {
      const options = { ...given } // the caller may change its own while a credential is waited for
      const attempts = await start(options, options.signal)
      return attempts.run((headers) =>
        transport.request(path, body, { ...options, headers }, responseStarted),
      )
    },
    async *iterate(path, body, given) {
      const options = { ...given }
      const attempts = await start(options, options.signal)
      for (;;) {
        try {
          return yield* transport.iterate(path, body, { ...options, headers: attempts.headers() })
        } catch (error) {
          if (!(await attempts.again(error))) throw error
        }
      }
    },
    send(path, body, given, callbacks = {}) {
      const options = { ...given }
      const { cancellable, useCancellable, cancelled } = cancelLater()
      callbacks.useCancellable?.(cancellable)
      const run = async (): Promise<void> => {
        const signals = [cancelled, ...(options.signal ? [options.signal as AbortSignal] : [])]
        const attempts = await start(options, AbortSignal.any(signals))
        await attempts.run((headers) =>
          sendOnce(transport, path, body, { ...options, headers }, callbacks, useCancellable),
        )
      }
      run().catch((error) => (cancelled.aborted ? callbacks.complete?.() : callbacks.error?.(error)))
    },
  }
}

/** Sends, and resolves when all is received. */
function sendOnce(
  transport: Transport,
  path: string,
  body: string,
  options: SendOptions,
  callbacks: Partial<CommunicationObserver<Uint8Array>>,
  useCancellable: (started: Cancellable) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The caller's may be an object of a class, which nothing is copied of.
    transport.send(path, body, options, {
      next: (data) => callbacks.next?.(data),
      ...(callbacks.useResume && { useResume: (resume) => callbacks.useResume?.(resume) }),
      useCancellable,
      // A refusal is told by its error, and may yet be followed by an answer.
      responseStarted: (headers, status) => {
        if (status !== undefined && status < 300) callbacks.responseStarted?.(headers, status)
      },
      complete: () => {
        callbacks.complete?.()
        resolve()
      },
      error: reject,
    })
  })
}

function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof HttpError ? error : undefined
}

/** What can be cancelled before the request it stands for has begun. */
function cancelLater() {
  const aborter = new AbortController()
  const { signal: cancelled } = aborter
  let actual: Cancellable | undefined
  const cancellable: Cancellable = {
    cancel() {
      aborter.abort()
      actual?.cancel()
    },
    isCancelled: () => cancelled.aborted,
  }
  const useCancellable = (started: Cancellable): void => {
    actual = started
    if (cancelled.aborted) started.cancel()
  }
  return { cancellable, useCancellable, cancelled }
}
