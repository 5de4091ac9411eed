// A client over Node's http, as the generator makes one, with a mistake in when it sends again, and what.

import http, { type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  createAuthorizer,
  isDeciding,
  isStream,
  RecordHeaders,
  startExchange,
} from '@fluxauth/auth-core/client'
import type { ClientOptions, ClientRequest, ClientUnderTest } from '../index.ts'

/** What may be wrong with it, by the words of its name. */
export const hastyMistakes = [
  'leaves what nobody reads',
  'reads on what nobody reads',
  'decides on a 401 alone',
  'throws errors of its own',
  'hands on two options',
  'takes a stream for text',
  'sends again as at first',
  'sends again to where it was',
  'follows whatever the mode',
  'reads answers to their end',
  'keeps its first credential',
  'does not listen for another protocol',
  'reads URLs by itself',
  'repeats what failed',
  'repeats what was hung up on',
  'measures texts in characters',
  'compares the texts of URLs',
] as const

type Mistake = (typeof hastyMistakes)[number]

/** Makes the client. */
export function hastyClient({ ca, lookup, ...options }: ClientOptions, mistake: Mistake): ClientUnderTest {
  const is = (other: Mistake) => mistake === other
  const agents = {
    'http:': new http.Agent({ keepAlive: true, lookup }),
    'https:': new https.Agent({ keepAlive: true, lookup, ...(ca && { ca }) }),
  }
  const { origin, credentials } = options
  const authorizer = createAuthorizer(is('hands on two options') ? { origin, credentials } : options)
  let first: string | undefined

  const discard = async (answer: IncomingMessage) => {
    if (is('leaves what nobody reads')) return
    if (is('reads on what nobody reads')) answer.resume()
    else answer.destroy()
  }
  const sendOnce = (url: URL, { method, headers, signal }: RequestOptions, body: ClientRequest['body']) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http
      const agent = agents[url.protocol as keyof typeof agents]
      const measured = is('measures texts in characters') && typeof body === 'string'
      const framed = {
        ...(headers as OutgoingHttpHeaders),
        ...(measured && { 'content-length': body.length }),
      }
      const sent = request(url, { method, headers: framed, agent, ...(signal && { signal }) }, resolve)
      sent.on('error', reject)
      if (!is('does not listen for another protocol')) sent.on('upgrade', () => reject(new Error('upgraded')))
      if (typeof body === 'object') pipeline(Readable.from(body), sent).catch(reject)
      else sent.end(body)
    })
  const send = async (asked: ClientRequest): Promise<IncomingMessage> => {
    const headers = new RecordHeaders(asked.headers)
    if (is('compares the texts of URLs') && !asked.url.startsWith(`${origin}`))
      return sendOnce(new URL(asked.url), { method: asked.method, headers: headers.record }, asked.body)
    const exchange = await startExchange(authorizer, {
      url: is('reads URLs by itself') ? new URL(asked.url) : authorizer.target.resolve(asked.url),
      method: asked.method,
      headers,
      redirect: is('follows whatever the mode') ? 'follow' : asked.redirect,
      signal: asked.signal,
      replayable: is('takes a stream for text') || !isStream(asked.body),
    })
    for (let times = 0; ; times++) {
      const again = is('sends again as at first')
      const { record } = headers
      first ??= record.authorization?.toString()
      if (is('keeps its first credential') && record.authorization && first) record.authorization = first
      const sending = () =>
        sendOnce(
          new URL(is('sends again to where it was') ? asked.url : exchange.url.href),
          {
            method: again ? asked.method : exchange.method,
            headers: record,
            ...(asked.signal && { signal: asked.signal }),
          },
          exchange.bodyDropped && !again ? undefined : asked.body,
        )
      const answer = await sending().catch((error) => {
        if (is('repeats what was hung up on') && error.code === 'ECONNRESET') return sending()
        throw error
      })
      const { statusCode: status = 0 } = answer
      if (is('repeats what failed') && status > 400 && times < 2) {
        await discard(answer)
        continue
      }
      const header = (name: string) => answer.headers[name]?.toString()
      const asks = is('decides on a 401 alone') ? status === 401 : isDeciding(status)
      if (!asks || !(await exchange.again({ status, header, discard: () => discard(answer) }))) return answer
    }
  }
  return {
    async request(asked) {
      const answer = await send(asked).catch((error) => {
        throw is('throws errors of its own') ? new Error(`It failed: ${error.message}`) : error
      })
      const chunks: Buffer[] = []
      if (is('reads answers to their end')) for await (const chunk of answer) chunks.push(chunk)
      const body = is('reads answers to their end') ? Readable.from(chunks) : answer
      return { status: answer.statusCode ?? 0, body, given: answer.statusCode }
    },
    async close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
