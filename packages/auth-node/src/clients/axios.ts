// axios with a credential that goes to its own origin and nowhere else.

import { encodeBasic } from '@fluxauth/auth-core'
import {
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  type Exchange,
  isDeciding,
  isStream,
  startExchange,
} from '@fluxauth/auth-core/client'
import {
  type AxiosAdapter,
  type AxiosError,
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { discard, quietRequest } from './quiet-request.ts'

type Config = InternalAxiosRequestConfig

/**
 * Makes an axios instance authenticate to one server. Relative URLs without `baseURL` are resolved against the first bound origin.
 *
 * Redirects are followed here, at most `maxRedirects` of them; `beforeRedirect` is not called. A request's own `auth`, or an
 * `Authorization` header, is kept. `config`, answers and errors do not show the credential.
 *
 * @param instance as `axios.create()` makes it; is changed
 * @param options `origin` and `credentials`
 * @returns a function that takes the authentication away again; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @example
 * import { defaultChain } from '@fluxauth/auth-node'
 * import { authAxios } from '@fluxauth/auth-node/axios'
 * import axios from 'axios'
 *
 * const api = axios.create()
 * authAxios(api, { origin: 'http://localhost:8086', credentials: defaultChain() })
 * console.log((await api.get('/api/v2/buckets')).status) // 200
 */
export function authAxios(instance: AxiosInstance, options: AuthorizerOptions): () => void {
  const authorizer = createAuthorizer(options)
  const [origin] = authorizer.target.origins
  const interceptor = instance.interceptors.request.use((config) => {
    const { adapter } = config
    const send = getAdapter(adapter ?? instance.defaults.adapter, config)
    config.baseURL ??= origin
    config.adapter = (prepared) => {
      // Whoever sends the same config again, as packages that repeat requests do, passes here again.
      Object.assign(prepared, { adapter })
      return exchange(authorizer, send, prepared, instance.getUri(prepared))
    }
    return config
  })
  return () => instance.interceptors.request.eject(interceptor)
}

async function exchange(
  authorizer: Authorizer,
  send: AxiosAdapter,
  config: Config,
  uri: string,
): Promise<AxiosResponse> {
  const { auth, maxRedirects, data, signal } = config
  const headers = new AxiosHeaders(config.headers)
  if (auth) headers.set('authorization', encodeBasic(auth.username, auth.password))
  const exchange = await startExchange(authorizer, {
    url: authorizer.target.resolve(uri),
    method: (config.method ?? 'get').toUpperCase(),
    headers,
    replayable: !isStream(data) && !isOldStream(data),
    redirect: maxRedirects === 0 ? 'manual' : 'follow',
    maxRedirects: maxRedirects && maxRedirects > 0 ? maxRedirects : undefined,
    signal: signal as AbortSignal | undefined,
  })
  for (;;) {
    const { response, error } = await attempt(send, toHop(config, headers, exchange))
    if (error) error.config = config
    if (!response) throw error
    response.config = config
    const again =
      isDeciding(response.status) &&
      (await exchange.again({
        status: response.status,
        header: (name) => response.headers[name],
        discard: () => isStream(response.data) && discard(response.data),
      }))
    if (again) continue
    if (error) throw error
    return response
  }
}

/** One request, without axios' own redirects and its own credentials. */
function toHop(
  config: Config,
  headers: AxiosHeaders,
  { url, method, bodyDropped, redirects }: Exchange,
): Config {
  const { auth: _, ...hop } = config
  return {
    ...hop,
    ...(redirects > 0 && { url: url.href, baseURL: '', params: undefined }),
    ...(bodyDropped && { data: undefined }),
    method,
    headers: new AxiosHeaders(headers),
    maxRedirects: 0,
    transport: config.transport ?? { request: quietRequest },
    fetchOptions: { ...config.fetchOptions, redirect: 'manual' },
  }
}

/** Sends one request. A status that axios throws for is an error with its response. */
async function attempt(
  send: AxiosAdapter,
  hop: Config,
): Promise<{ response?: AxiosResponse | undefined; error?: AxiosError }> {
  try {
    const response = await send(hop)
    return { response }
  } catch (thrown) {
    const error = thrown as AxiosError
    return { error, response: error.response }
  }
}

/** A stream of the first Node versions, such as those of the package form-data. */
function isOldStream(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'pipe' in data
}
