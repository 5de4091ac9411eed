// A client that sends each request itself, as most adapters do, and makes one mistake with it.

import {
  type Authorizer,
  createAuthorizer,
  type Exchange,
  isDeciding,
  RecordHeaders,
  startExchange,
} from '@fluxauth/auth-core/client'
import { Agent, fetch } from 'undici'
import type { ClientOptions, ClientRequest, ClientUnderTest } from '../index.ts'

/** What may be wrong with it, by the words of its name. */
export type Mistake =
  | 'has one authorizer for all'
  | 'asks for its own server, whoever is sent to'
  | 'changes the headers that it is given'
  | 'adds its header to another'
  | 'prints what it sends'
  | 'sends a cookie as well'
  | 'sends again without the body'
  | 'keeps the request that came last'
  | 'lets the request go on that it was to stop'
  | 'hands its signal to the first request alone'
  | 'says nothing of an abort'
  | 'tells observers itself'
  | 'takes any certificate'
  | 'shows what it holds'

let everybodys: Authorizer
let last: Exchange

/** Makes the client. */
export function carelessClient(given: ClientOptions, mistake: Mistake): ClientUnderTest {
  const { ca, lookup, ...options } = given
  const is = (other: Mistake) => mistake === other
  const connect = { ...(ca && { ca }), lookup, rejectUnauthorized: !is('takes any certificate') }
  const dispatcher = new Agent({ connect })
  const own = createAuthorizer({
    ...options,
    ...(is('tells observers itself') && { onEvent: () => undefined }),
  })
  everybodys = own

  const send = async ({ url: to, method, headers: asked, body, redirect, signal }: ClientRequest) => {
    const authorizer = is('has one authorizer for all') ? everybodys : own
    const { origin, href } = authorizer.target.resolve(to)
    const headers = new RecordHeaders(asked)
    const exchange = await startExchange(authorizer, {
      url: {
        href,
        origin: is('asks for its own server, whoever is sent to') ? own.target.origins[0] : origin,
      },
      method,
      headers,
      redirect,
      signal,
      replayable: true,
    })
    last = exchange
    const sent = headers.record
    if (is('changes the headers that it is given')) Object.assign(asked, sent)
    if (is('prints what it sends')) console.debug('sending', sent)
    if (is('sends a cookie as well')) headers.set('cookie', `token=${`${sent.authorization}`.slice(6)}`)
    for (let times = 0; ; times++) {
      const { url, method, bodyDropped } = is('keeps the request that came last') ? last : exchange
      const pairs = Object.entries(sent)
      if (is('adds its header to another')) pairs.push(['authorization', `Token ${options.credentials}`])
      const dropped = bodyDropped || (is('sends again without the body') && times > 0)
      const left =
        is('lets the request go on that it was to stop') ||
        is('says nothing of an abort') ||
        (is('hands its signal to the first request alone') && times > 0)
      const sending = fetch(url.href, {
        method,
        headers: pairs,
        body: dropped || body === undefined ? null : String(body),
        redirect: 'manual',
        signal: left ? null : (signal ?? null),
        dispatcher,
      })
      const stopped = new Promise<never>((_, reject) => {
        if (is('lets the request go on that it was to stop'))
          signal?.addEventListener('abort', () => reject(signal.reason))
        if (is('says nothing of an abort'))
          signal?.addEventListener('abort', () => reject(new Error('It failed')))
      })
      const response = await Promise.race([sending, stopped])
      if (is('tells observers itself')) options.onEvent?.({ type: 'sent', origin, reason: 'bound-origin' })
      const answer = {
        status: response.status,
        header: (name: string) => response.headers.get(name),
        discard: () => response.body?.cancel(),
      }
      if (!isDeciding(response.status) || !(await exchange.again(answer))) return response
    }
  }
  return {
    inHand: { send, ...(is('shows what it holds') && { token: options.credentials }) },
    async request(request) {
      const response = await send(request)
      return { status: response.status, body: await response.text(), given: response }
    },
    close: () => dispatcher.destroy(),
  }
}
