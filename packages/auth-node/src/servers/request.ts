// What the adapters to web frameworks have in common: telling a verifier about a request of Node's http, and sending what it replies.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  type Action,
  type AskedHeader,
  atOnce,
  checkVerifier,
  type Refusal,
  type Reply,
  type Resource,
  type ServerRequest,
  type Verdict,
  type Verifier,
} from '@fluxauth/auth-core/server'

/** What a framework knows better than its connection does: a proxy may stand in front. */
export interface Peer<R> {
  /** The client's address. */
  address(request: R): string | undefined
  /** Whether the client speaks TLS. */
  secure(request: R): boolean
}

/** On what an action is to be permitted: a type of resource, one resource, or what a request says. */
export type NeededResource<R> = string | Resource | ((request: R) => string | Resource)

/** What a principal must be permitted. */
export type Needed<R> = readonly [action: Action, resource: NeededResource<R>, id?: string | undefined]

/** Who a request is from or how to refuse it; `undefined` where nobody waits for an answer: the client has gone, or has one. */
export type Outcome = Verdict | undefined

/** Decides on requests, at once where the verifier has its answer at hand. It throws nothing, whatever it asks. */
export interface Gate<R> {
  /**
   * Who a request is from, if they may do what they are about to.
   *
   * @param raw the request as Node has it
   * @param response to it
   * @param request the same as the framework has it
   * @param needed what they must be permitted
   */
  decide(
    raw: IncomingMessage,
    response: ServerResponse,
    request: R,
    needed?: Needed<R>,
  ): Verdict | Promise<Outcome>
  /** Answers a request to sign in or out; with nothing where nobody waits for it. */
  answer(
    how: 'signIn' | 'signOut',
    raw: IncomingMessage,
    response: ServerResponse,
    request: R,
  ): Promise<Reply | undefined>
}

/**
 * Makes what decides for a framework.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE` for what is no verifier
 */
export function createGate<R>(verifier: Verifier, peer: Peer<R>): Gate<R> {
  checkVerifier(verifier)
  const permit = (
    verdict: Verdict,
    asked: NodeRequest<R>,
    response: ServerResponse,
    needed?: Needed<R>,
  ): Verdict => {
    if ('refusal' in verdict) return asked.refused(verdict.refusal, response)
    if (!needed) return verdict
    const [action, resource, id] = needed
    const wanted = typeof resource === 'function' ? resource(asked.request) : resource
    const refusal = verifier.permit(verdict.principal, asked, action, wanted, id)
    return refusal ? asked.refused(refusal, response) : verdict
  }
  const permitLater = async (
    verdict: Promise<Verdict>,
    asked: NodeRequest<R>,
    response: ServerResponse,
    needed?: Needed<R>,
  ): Promise<Outcome> => {
    try {
      const settled = await verdict
      return asked.gone || isAnswered(response) ? undefined : permit(settled, asked, response, needed)
    } catch (error) {
      return asked.refused(verifier.fail(error, asked), response)
    }
  }
  // Nothing is kept on a request for the next step of the framework's chain: to ask the verifier again takes less than to keep it.
  return {
    decide(raw, response, request, needed) {
      const asked = new NodeRequest(raw, request, peer)
      try {
        const verdict = verifier.verify(asked)
        return 'then' in verdict
          ? permitLater(verdict, asked, response, needed)
          : permit(verdict, asked, response, needed)
      } catch (error) {
        return asked.refused(verifier.fail(error, asked), response)
      }
    },
    async answer(how, raw, response, request) {
      const asked = new NodeRequest(raw, request, peer)
      let reply: Reply
      try {
        reply = await verifier[how](asked)
      } catch (error) {
        reply = verifier.fail(error, asked)
      }
      if (asked.gone || isAnswered(response)) return undefined
      leaveBody(raw, response)
      return reply
    },
  }
}

/** Whether somebody else has answered: a time limit of the application's, say, while the verifier waited for a slow hash. */
export function isAnswered(response: ServerResponse): boolean {
  return response.headersSent || response.writableEnded
}

/** A request of Node's http, as a verifier looks at it. Printed or copied it shows no credential. */
export class NodeRequest<R> implements ServerRequest {
  readonly #authorization: string | readonly string[] | undefined
  readonly #raw: IncomingMessage
  readonly #request: R
  readonly #peer: Peer<R>
  /** `null` until it was asked for. */
  #address: string | undefined | null = null

  constructor(raw: IncomingMessage, request: R, peer: Peer<R>) {
    this.#authorization = readAuthorization(raw)
    this.#raw = raw
    this.#request = request
    this.#peer = peer
  }

  get authorization(): string | readonly string[] | undefined {
    return this.#authorization
  }

  get method(): string {
    return this.#raw.method ?? ''
  }

  get url(): string {
    return this.#raw.url ?? ''
  }

  /** Asked for once: what throws for this request is not asked for it again. */
  get address(): string | undefined {
    if (this.#address !== null) return this.#address
    this.#address = undefined
    this.#address = atOnce(this.#peer.address(this.#request))
    return this.#address
  }

  get gone(): boolean {
    return (this.#raw as Partial<IncomingMessage>).socket?.destroyed === true
  }

  get secure(): boolean {
    return atOnce(this.#peer.secure(this.#request))
  }

  /** The same as the framework has it. */
  get request(): R {
    return this.#request
  }

  header(name: AskedHeader): string | undefined {
    const { headers } = this.#raw
    // HTTP/2 has the host in a field of its own.
    const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined)
    return typeof value === 'string' ? value : undefined
  }

  /** A verdict that refuses this request, whose body is left where it is. */
  refused(refusal: Refusal, response: ServerResponse): Verdict {
    leaveBody(this.#raw, response)
    return { refusal }
  }
}

/**
 * Of several fields Node keeps the first and says nothing of the others: they are found in what came over the wire alone. That ends at a
 * bound, and what is behind it nobody can tell: then there are two.
 *
 * A request that came over no wire has its headers alone: an adapter to a function in the cloud made it of an event, or a test did.
 */
function readAuthorization(raw: IncomingMessage): string | readonly string[] | undefined {
  const { rawHeaders } = raw as Partial<IncomingMessage>
  if (!rawHeaders?.length) return raw.headers?.authorization
  let found: string | string[] | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length !== 13 || !isAuthorization(name)) continue
    const value = rawHeaders[i + 1] as string
    found = found === undefined ? value : [value].concat(found)
  }
  return rawHeaders.length >= mostHeaders(raw) ? [] : found
}

/** How long `rawHeaders` may become, two for each line; HTTP/2 refuses what has more. */
function mostHeaders({ socket, httpVersionMajor }: IncomingMessage): number {
  if (httpVersionMajor !== 1) return Number.POSITIVE_INFINITY
  const count = (socket as SocketOfServer | undefined)?.server?.maxHeadersCount
  if (typeof count !== 'number') return 2000
  return count > 0 ? count * 2 : Number.POSITIVE_INFINITY
}

/** A socket as Node's servers have it. */
type SocketOfServer = Socket & { readonly server?: { readonly maxHeadersCount?: number | null } }

/** In any case; the usual ones are told without making another string. */
function isAuthorization(name: string): boolean {
  return name === 'Authorization' || name === 'authorization' || name.toLowerCase() === 'authorization'
}

/** Of a body that nobody wants so much is read, in bytes, to keep the connection. */
const READ_AT_MOST = 65_536

/** How long a client may go on sending what nobody wants, in milliseconds: broken off at once it would not get to see the answer. */
const LINGERED = 500

/**
 * Ends the connection behind the answer where more of the request is to come than is worth being read. Node would read all of it, and wait
 * for what a client does not send that waits to be told to go on. Where the connection ends anyway, as it does behind a proxy that keeps
 * none, the client may go on for as long with what is short.
 *
 * @see RFC 9112, section 9.6; RFC 9110, section 10.1.1
 */
function leaveBody(raw: IncomingMessage, response: ServerResponse): void {
  if (raw.httpVersionMajor !== 1 || raw.complete) return
  const { headers, socket } = raw
  const isLong =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > READ_AT_MOST
  if (!isLong && headers.expect === undefined && response.shouldKeepAlive) return
  response.shouldKeepAlive = false
  // What Node calls once the answer is written.
  socket.destroySoon = () => {
    socket.end()
    setTimeout(() => socket.destroy(), LINGERED).unref()
  }
}

/** Sends a reply as it is, where nobody else has. Node leaves the body away where the request was a HEAD. */
export function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  if (isAnswered(response)) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie') response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}
