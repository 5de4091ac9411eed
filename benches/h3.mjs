import http from 'node:http'
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
  const request = (to, init = {}) =>
    new Promise((resolve, reject) => {
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
      const run = (exchange) => {
        const options2 = toOptions(url, exchange.method, headers.record, agents)
        if (signal) options2.signal = signal
        if (timeout !== void 0) options2.timeout = timeout
        const request = http.request(options2, (response) => {
          response.url = url.href
          if (!isDeciding(response.statusCode)) resolve(response)
          else
            exchange
              .again({
                status: response.statusCode,
                header: (name) => response.headers[name],
                discard: () => discard(response),
              })
              .then((again) => {
                if (again) {
                  url = new URL(exchange.url.href)
                  run(exchange)
                } else resolve(response)
              })
              .catch(reject)
        })
        request.on('error', reject)
        request.end(body)
      }
      if ('then' in started) started.then(run).catch(reject)
      else run(started)
    })
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
function _send(options, body) {
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
