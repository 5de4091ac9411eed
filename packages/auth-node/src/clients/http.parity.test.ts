// `authHttp` is as Node's `http.request` is alone.

import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { testParity } from '@fluxauth/auth-testkit'
import { type AuthHttpRequest, authHttp } from './http.ts'

type Body = NonNullable<AuthHttpRequest['body']>
type Options = Omit<AuthHttpRequest, 'method' | 'body'>

const told = async (response: IncomingMessage) => {
  const { statusCode, statusMessage, httpVersion, rawHeaders } = response
  const text = (await buffer(response)).toString('latin1')
  return { statusCode, statusMessage, httpVersion, rawHeaders, text, rawTrailers: response.rawTrailers }
}
const headers = (headers: OutgoingHttpHeaders) => (): Options => ({ headers })

testParity<Body, Options>('node:http', {
  create({ origin, credentials }) {
    const agents = { http: new http.Agent({ keepAlive: true }) }
    const { request } = authHttp({ origin, credentials, agents })
    const alone = new http.Agent({ keepAlive: true })
    return {
      alone: ({ url, method, body, options }) =>
        new Promise((resolve, reject) => {
          const sent = http.request(url, { agent: alone, method, ...options }, (response) => {
            told(response).then(resolve, reject)
          })
          sent.on('error', reject)
          sent.on('timeout', () => sent.destroy(new Error('in time')))
          if (body instanceof Readable) body.pipe(sent)
          else sent.end(body)
        }),
      wrapped: async ({ url, options, ...init }) =>
        told(await request(url, { redirect: 'manual', ...init, ...options })),
      close() {
        agents.http.destroy()
        alone.destroy()
      },
    }
  },
  bodies: {
    text: () => 'text ß',
    'empty text': () => '',
    bytes: () => new TextEncoder().encode('bytes ß'),
    'a Buffer': () => Buffer.from('bytes ß'),
    'a stream': () => Readable.from([Buffer.from('one'), Buffer.from('two')]),
    'an empty stream': () => Readable.from([]),
  },
  options: {
    'headers in any case': headers({ 'X-Mine': '1', 'user-agent': 'mine', Accept: 'text/csv' }),
    'headers with several values': headers({ 'x-mine': ['1', '2'], cookie: ['a=1', 'b=2'], 'x-count': 2 }),
    'headers with a value in Latin-1': headers({ 'x-mine': 'é' }),
    'headers with a value in Unicode': headers({ 'x-mine': '€' }),
    'headers with a name that is none': headers({ 'a b': '1' }),
    'headers with a value that is undefined': headers({ 'x-mine': undefined }),
    'headers with a line end in a value': headers({ 'x-mine': 'a\r\nb: c' }),
    'a type of content': headers({ 'Content-Type': 'text/x-mine' }),
    'a Content-Length that is wrong': headers({ 'Content-Length': '3' }),
    'a Content-Length beside a Transfer-Encoding': headers({
      'Content-Length': '3',
      'Transfer-Encoding': 'chunked',
    }),
    'a Transfer-Encoding without an end': headers({ 'Transfer-Encoding': 'gzip' }),
    'a Transfer-Encoding': headers({ 'Transfer-Encoding': 'chunked' }),
    'a Trailer': headers({ Trailer: 'x-sum' }),
    'an Expect': headers({ Expect: '100-continue' }),
    'a Connection that closes': headers({ Connection: 'close' }),
    'a Host': headers({ Host: 'virtual.test' }),
    'an Upgrade': headers({ Connection: 'upgrade', Upgrade: 'echo' }),
    'an Authorization of the caller’s': headers({ Authorization: 'Basic eDp5' }),
    'a signal': () => ({ signal: new AbortController().signal }),
    'a signal that has aborted': () => ({ signal: AbortSignal.abort() }),
    'a signal that has aborted for a reason': () => ({ signal: AbortSignal.abort(new RangeError('mine')) }),
    'a time limit': () => ({ timeout: 1000 }),
    'a time limit that is none': () => ({ timeout: 'soon' as never }),
    'no time limit': () => ({ timeout: 0 }),
  },
  differences: [
    {
      requests: /^answer a switch of protocols$/,
      reason:
        'A server that leaves HTTP unasked is an error: alone, the request has neither an answer nor one.',
    },
    {
      requests: /^(GET|HEAD|DELETE|OPTIONS) with (text|bytes|a Buffer|a (empty )?stream)$/,
      reason: 'Node frames no body of these methods: a server takes it for the next request.',
    },
    {
      requests: /a Content-Length (that is wrong|beside)|a Transfer-Encoding without an end/,
      reason: 'Node sends a body whose end the server cannot tell, or takes for another.',
    },
  ],
})
