// An axios instance with `authAxios` is as it is without, over each of axios' adapters that Node has.

import http from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type ParityDifference, testParity } from '@fluxauth/auth-testkit'
import axios, { type AxiosRequestConfig, type AxiosResponse, isAxiosError } from 'axios'
import { authAxios } from './axios.ts'

const told = async ({ status, statusText, headers, data, config, request }: AxiosResponse) => ({
  status,
  statusText,
  headers: { ...headers },
  data:
    data instanceof Readable || data instanceof ReadableStream
      ? (await buffer(data)).toString('latin1')
      : data,
  config: {
    url: config.url,
    baseURL: config.baseURL,
    method: config.method,
    maxRedirects: config.maxRedirects,
  },
  url: request?.res?.responseUrl,
})
const headers = (headers: Record<string, unknown>) => (): AxiosRequestConfig => ({
  headers: headers as never,
})
const form = () => {
  const form = new FormData()
  form.set('name', 'zoë')
  return form
}

const bodies = {
  text: () => 'text ß',
  'empty text': () => '',
  bytes: () => new TextEncoder().encode('bytes ß'),
  'a Buffer': () => Buffer.from('bytes ß'),
  JSON: () => ({ name: 'zoë' }),
  URLSearchParams: () => new URLSearchParams({ a: 'ß' }),
  'a Blob': () => new Blob(['blob'], { type: 'text/x-blob' }),
  'a stream': () => Readable.from([Buffer.from('one'), Buffer.from('two')]),
}

const options: Record<string, () => AxiosRequestConfig> = {
  'headers in any case': headers({ 'X-Mine': '1', 'user-agent': 'mine', Accept: 'text/csv' }),
  'headers with several values': headers({ 'x-mine': ['1', '2'] }),
  'headers with a value that is null, false or a number': headers({ a: null, b: false, c: 1 }),
  'headers without a user agent': headers({ 'User-Agent': false }),
  'headers with a name that is none': headers({ 'a b': '1' }),
  'headers with a line end in a value': headers({ 'x-mine': 'a\r\nb: c' }),
  'headers with a value in Unicode': headers({ 'x-mine': '€' }),
  'a type of content': headers({ 'Content-Type': 'text/x-mine' }),
  'a type of JSON': headers({ 'Content-Type': 'application/json' }),
  'a Content-Length that is wrong': headers({ 'Content-Length': '3' }),
  'a Transfer-Encoding': headers({ 'Transfer-Encoding': 'chunked' }),
  'an Authorization of the caller’s': headers({ Authorization: 'Basic eDp5' }),
  auth: () => ({ auth: { username: 'x', password: 'y' } }),
  params: () => ({ params: { q: 'a b', list: [1, 2], day: new Date(0) } }),
  'params and their form': () => ({ params: { list: [1, 2] }, paramsSerializer: { indexes: null } }),
  'a baseURL': () => ({ url: 'under?x=1', baseURL: '' }),
  'responseType: json': () => ({ responseType: 'json' }),
  'responseType: arraybuffer': () => ({ responseType: 'arraybuffer' }),
  'responseType: stream': () => ({ responseType: 'stream' }),
  responseEncoding: () => ({ responseEncoding: 'latin1' }),
  'decompress: false': () => ({ decompress: false }),
  validateStatus: () => ({ validateStatus: (status) => status !== 200 }),
  'validateStatus: null': () => ({ validateStatus: null }),
  transformRequest: () => ({ transformRequest: [(data) => (data ? `changed ${data}` : data)] }),
  transformResponse: () => ({ transformResponse: [(data) => `changed ${data}`] }),
  'maxRedirects: 0': () => ({ maxRedirects: 0 }),
  maxContentLength: () => ({ maxContentLength: 3 }),
  maxBodyLength: () => ({ maxBodyLength: 3 }),
  'a time limit': () => ({ timeout: 1000 }),
  'an agent': () => ({ httpAgent: new http.Agent() }),
  'a socket that is not there': () => ({ socketPath: '/nonexistent/socket' }),
  'a signal': () => ({ signal: new AbortController().signal }),
  'a signal that has aborted': () => ({ signal: AbortSignal.abort() }),
  'a signal that has aborted for a reason': () => ({ signal: AbortSignal.abort(new RangeError('mine')) }),
  'progress of both ways': () => ({ onUploadProgress: () => undefined, onDownloadProgress: () => undefined }),
  'a method in small letters': () => ({ method: 'put' }),
  'no proxy': () => ({ proxy: false }),
  insecureHTTPParser: () => ({ insecureHTTPParser: true }),
}

const differences: Readonly<Record<'http' | 'fetch', readonly ParityDifference[]>> = {
  http: [
    {
      requests:
        /^((303 for a )?(GET|HEAD|DELETE) with a stream|(307 with )?option a Content-Length|option a Transfer-Encoding, )/,
      reason:
        'A body is framed as one: alone, it may reach the server as the next request on the connection.',
    },
    {
      requests: /^(30[1278] for a (HEAD|PUT|DELETE|PURGE)|30[78] for a POST) with a stream/,
      reason: 'A stream is not kept in memory so that a redirect can send it again: the request fails.',
    },
    {
      requests: /^(307 with )?option auth/,
      reason: '`responseUrl` shows no password.',
    },
    {
      requests: /^answer 30[04] with a Location/,
      reason: 'A 300 and a 304 are answers, not redirects.',
    },
    {
      requests: /^answer a switch of protocols$/,
      reason:
        'A server that leaves HTTP unasked is an error: alone, the request has neither an answer nor one.',
    },
  ],
  fetch: [
    {
      requests: /^30[1278] for a (POST|PUT|DELETE|PURGE) with a stream/,
      reason: 'A stream that a redirect would send again is refused before it, one that it drops is not.',
    },
  ],
}

for (const adapter of ['http', 'fetch'] as const) {
  testParity<unknown, AxiosRequestConfig>(`axios, adapter ${adapter}`, {
    create({ origin, credentials }) {
      const make = () => axios.create({ adapter, proxy: false })
      const [alone, wrapped] = [make(), make()]
      authAxios(wrapped, { origin, credentials })
      const using = (api: typeof alone) => {
        return async ({
          url,
          method,
          body,
          options,
        }: {
          url: string
          method: string
          body?: unknown
          options?: AxiosRequestConfig
        }) => {
          const at = options && 'baseURL' in options ? { ...options, baseURL: `${origin}/base/` } : options
          try {
            return await told(await api.request({ url, method, data: body, ...at }))
          } catch (error) {
            if (!isAxiosError(error) || !error.response) throw error
            const { name, code, message, status } = error
            return { thrown: { name, code, message, status }, response: await told(error.response) }
          }
        }
      }
      return { alone: using(alone), wrapped: using(wrapped) }
    },
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PURGE'],
    // Over fetch, axios alone sends a form whose header names no boundary: what it drew by lot cannot be compared.
    bodies: adapter === 'fetch' ? bodies : { ...bodies, FormData: form },
    options,
    followsRedirects: true,
    // The fetch of Node 20 fails on bytes that it is to send again; that of others does not.
    leavesOut: adapter === 'fetch' ? /^30[1278] for a \w+ with (bytes|a Buffer)/ : /^$/,
    differences: differences[adapter],
  })
}
