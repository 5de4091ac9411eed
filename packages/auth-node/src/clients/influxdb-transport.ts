// How both InfluxDB clients send over HTTP: with requests that show no credential, which stays off the environment's proxy, and on this side of a redirect.

import type http from 'node:http'
import type { RequestOptions } from 'node:https'
import { type Authorizer, CREDENTIAL_HEADERS } from '@fluxauth/auth-core/client'
import { directAgent } from './direct-agent.ts'
import { originsInClear } from './environment-proxy.ts'
import { quietRequest } from './quiet-request.ts'

interface Sender {
  request(options: RequestOptions, answer?: (response: http.IncomingMessage) => void): http.ClientRequest
}

/** What a client takes for `transportOptions`, which are of no narrower type there. */
type TransportOptions = Readonly<Record<string, unknown>>

const SENDER: Sender = { request: quietRequest }

/**
 * Makes a client's `transportOptions`.
 *
 * @param given the caller's own; a package in `follow-redirects` sends, as ever
 */
export function transportOptions(authorizer: Authorizer, given: TransportOptions = {}): TransportOptions {
  const senders = (given['follow-redirects'] ?? {}) as { readonly http?: Sender; readonly https?: Sender }
  const { http = SENDER, https = SENDER } = senders
  const inClear = originsInClear(authorizer).length > 0
  return {
    ...given,
    'follow-redirects': { http: inClear ? withoutProxy(http) : http, https },
    beforeRedirect: beforeRedirect(authorizer, given.beforeRedirect),
  }
}

function withoutProxy(sender: Sender): Sender {
  return {
    request(options, answer) {
      const { agent: given } = options
      const agent = typeof given === 'boolean' ? given : directAgent(given)
      // The package takes an agent for each protocol that a redirect may lead to from `agents`.
      const direct = agent === given ? options : { ...options, agent, agents: { http: agent } }
      return sender.request(direct, answer)
    },
  }
}

type Headers = Record<string, unknown>
type BeforeRedirect = (
  next: { readonly href?: string; readonly headers: Headers },
  answer: unknown,
  last: { readonly url: string; readonly headers: Readonly<Headers> },
) => void

/**
 * Makes the package's `beforeRedirect`, which takes the credential's headers out of a request unless it goes to the origin that it
 * came from. Left alone, the package keeps them for sub-domains and from http to https.
 *
 * @param given the caller's own, which is called first
 */
function beforeRedirect(authorizer: Authorizer, given?: unknown): BeforeRedirect {
  return (next, answer, last) => {
    if (typeof given === 'function') given(next, answer, last)
    const { origin } = new URL(next.href ?? '')
    if (origin === new URL(last.url).origin) return
    for (const name of credentialNames(next.headers)) delete next.headers[name]
    if (credentialNames(last.headers).length > 0) {
      authorizer.emit({ type: 'dropped', origin, reason: 'redirect' })
    }
  }
}

function credentialNames(headers: Readonly<Headers>): string[] {
  return Object.keys(headers).filter((name) => CREDENTIAL_HEADERS.includes(name.toLowerCase()))
}
