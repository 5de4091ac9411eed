// What the adapters to web frameworks have in common: telling a verifier about a request of Node's http, and sending what it replies.

import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Action,
  type AskedHeader,
  checkVerifier,
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

/** Who a request is from or how to refuse it; `undefined` where the client has gone meanwhile and nobody waits for an answer. */
export type Outcome = Verdict | undefined

/** Decides on requests, at once where the verifier has its answer at hand. */
export interface Gate<R> {
  /**
   * Who a request is from, if they may do what they are about to.
   *
   * @param raw the request as Node has it
   * @param request the same as the framework has it
   * @param needed what they must be permitted
   */
  decide(raw: IncomingMessage, request: R, needed?: Needed<R>): Verdict | Promise<Outcome>
  /** Answers a request to sign in or out. */
  answer(how: 'signIn' | 'signOut', raw: IncomingMessage, request: R): Promise<Reply>
}

/**
 * Makes what decides for a framework.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE` for what is no verifier
 */
export function createGate<R>(verifier: Verifier, peer: Peer<R>): Gate<R> {
  checkVerifier(verifier)
  const permit = (verdict: Verdict, asked: ServerRequest, request: R, needed?: Needed<R>): Verdict => {
    if (!needed || 'refusal' in verdict) return verdict
    const [action, resource, id] = needed
    const wanted = typeof resource === 'function' ? resource(request) : resource
    const refusal = verifier.permit(verdict.principal, asked, action, wanted, id)
    return refusal ? { refusal } : verdict
  }
  const permitLater = async (
    verdict: Promise<Verdict>,
    asked: ServerRequest,
    request: R,
    needed?: Needed<R>,
  ): Promise<Outcome> => {
    const settled = await verdict
    return asked.gone ? undefined : permit(settled, asked, request, needed)
  }
  // Nothing is kept on a request for the next step of the framework's chain: to ask the verifier again takes less than to keep it.
  return {
    decide(raw, request, needed) {
      const asked = new NodeRequest(raw, request, peer)
      const verdict = verifier.verify(asked)
      return 'then' in verdict
        ? permitLater(verdict, asked, request, needed)
        : permit(verdict, asked, request, needed)
    },
    answer: (how, raw, request) => verifier[how](new NodeRequest(raw, request, peer)),
  }
}

/** A request of Node's http, as a verifier looks at it. Printed or copied it shows no credential. */
export class NodeRequest<R> implements ServerRequest {
  readonly #authorization: string | readonly string[] | undefined
  readonly #raw: IncomingMessage
  readonly #request: R
  readonly #peer: Peer<R>

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

  get address(): string | undefined {
    return this.#peer.address(this.#request)
  }

  get gone(): boolean {
    return this.#raw.socket.destroyed
  }

  get secure(): boolean {
    return this.#peer.secure(this.#request)
  }

  header(name: AskedHeader): string | undefined {
    const { headers } = this.#raw
    // HTTP/2 has the host in a field of its own.
    const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined)
    return typeof value === 'string' ? value : undefined
  }
}

/** Of several fields Node keeps the first and says nothing of the others: they are found in what came over the wire alone. */
function readAuthorization({ rawHeaders }: IncomingMessage): string | string[] | undefined {
  let found: string | string[] | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length !== 13 || !isAuthorization(name)) continue
    const value = rawHeaders[i + 1] as string
    found = found === undefined ? value : [value].concat(found)
  }
  return found
}

/** In any case; the usual ones are told without making another string. */
function isAuthorization(name: string): boolean {
  return name === 'Authorization' || name === 'authorization' || name.toLowerCase() === 'authorization'
}

/** Sends a reply as it is. Node leaves the body away where the request was a HEAD. */
export function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie') response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}
