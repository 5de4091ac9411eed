// src/clients/http.ts
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  createAuthorizer,
  isDeciding,
  isStream,
  RecordHeaders,
  startExchange,
} from '@fluxauth/auth-core/client'
import { discard, quietRequest } from '../packages/auth-node/dist/chunk-P3YIC43V.js'

function authHttp({ agents = {}, ...options }) {
  const authorizer = createAuthorizer(options)
  const request = async (to, init = {}) => {
    const { method = 'GET', body, redirect = 'follow', signal, timeout } = init
    const headers = new RecordHeaders(init.headers)
    let url = authorizer.target.resolve(String(to))
    const started = startExchange(authorizer, {
      url,
      method: method.toUpperCase(),
      headers,
      replayable: !isStream(body),
      redirect,
      signal,
    })
    const exchange = 'then' in started ? await started : started
    for (;;) {
      const options2 = toOptions(url, exchange.method, headers.record, agents)
      if (signal) options2.signal = signal
      if (timeout !== void 0) options2.timeout = timeout
      const response = await send(options2, exchange.bodyDropped ? void 0 : body)
      response.url = url.href
      const { statusCode: status = 0 } = response
      const again =
        isDeciding(status) &&
        (await exchange.again({
          status,
          header: (name) => response.headers[name],
          discard: () => discard(response),
        }))
      if (!again) return response
      url = new URL(exchange.url.href)
    }
  }
  return { request, get: request }
}
function toOptions(url, method, headers, agents) {
  const { protocol, hostname } = url
  return {
    protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: url.port,
    path: url.pathname + url.search,
    method,
    headers,
    agent: protocol === 'https:' ? agents.https : agents.http,
  }
}
function send(options, body) {
  return new Promise((resolve, reject) => {
    const request = quietRequest(options, resolve)
    request.on('error', reject)
    if (options.timeout !== void 0) {
      request.on('timeout', () => request.destroy(new Error(`No answer from ${options.hostname} in time`)))
    }
    if (typeof body === 'object' && isStream(body)) {
      pipeline(Readable.from(body), request).catch(reject)
    } else {
      request.end(body)
    }
  })
}

export { authHttp }
//# sourceMappingURL=chunk-6GWBBBH7.js.map
