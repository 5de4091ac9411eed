// What a page asks its server: who is signed in; and what changes the cookie of a session, one after the other.

import { unreachable } from './diagnosis.ts'
import { SignInError, superseded } from './errors.ts'
import { bare, URL } from './platform.ts'
import type { Scheme, Who } from './state.ts'
import type { Vault } from './vault.ts'

/** Where InfluxDB says who one is. */
const ME = '/api/v2/me'

/** An answer, or why there is none. */
interface Outcome {
  readonly response?: Response
  readonly cause?: unknown
}

/** The server, as a page's sign-in asks it. */
export interface Server {
  /** Asks who is signed in, with the session or the token. */
  askMe(scheme: Scheme, signal: AbortSignal): Promise<Response>
  /**
   * Requests that change the cookie go one after the other: an answer to an earlier one would undo what a later one did.
   *
   * @param isAsked not sent any more where something else was asked for since
   */
  inTurn(path: string, init: RequestInit, isAsked?: () => boolean): Promise<Response>
  /** Waits for an answer; where there is none it says why. */
  answered(scheme: Scheme, asked: Promise<Response>): Promise<Response>
}

/**
 * Makes it.
 *
 * @param send the page's `fetch`
 * @param vault that has the token, if there is one
 */
export function createServer(
  origin: string,
  send: typeof globalThis.fetch,
  vault: Vault | undefined,
): Server {
  /** When the last request that changes the cookie has its answer, or none. */
  let turn: Promise<unknown> = Promise.resolve()
  const call = (path: string, init: RequestInit): Promise<Response> => {
    const defaults = { credentials: 'include', redirect: 'error', cache: 'no-store' } as const
    return send(new URL(path, origin).href, bare({ ...defaults, ...init }))
  }
  return {
    askMe: (scheme, signal) =>
      scheme === 'token' && vault
        ? vault.fetch(origin + ME, { cache: 'no-store', signal })
        : call(ME, { signal }),
    inTurn(path, init, isAsked) {
      const asked = turn.then(() => {
        if (isAsked?.() === false) throw superseded()
        return call(path, { method: 'POST', ...init })
      })
      turn = asked.catch(() => undefined)
      return asked
    },
    async answered(scheme, asked) {
      const { response, cause } = await outcome(asked)
      if (!response) throw await unreachable(send, origin, scheme, cause)
      return response
    },
  }
}

export async function outcome(asked: Promise<Response>): Promise<Outcome> {
  try {
    return { response: await asked }
  } catch (cause) {
    return { cause }
  }
}

/** Reads what `/api/v2/me` says; nothing where it is not JSON. */
export async function readMe(response: Response): Promise<Partial<Who> & { readonly message?: string }> {
  return Object((await response.json().catch(() => undefined)) as unknown)
}

export function toWho({ id, name }: Partial<Who>): Who | undefined {
  return id && name ? { id, name } : undefined
}

/** Whether a 401 says that the credential is good, and may not do this. @see InfluxDB 2.8.0, seen on a running server */
export function isPermission(message: unknown): boolean {
  return `${message}`.endsWith(' is unauthorized')
}

/** Rendering on a server there may be none, and nothing is asked for. */
export function readOrigin(given: string | URL | undefined): string {
  if (given === undefined && !globalThis.location) return ''
  try {
    const { origin, protocol, hostname } = new URL(given ?? '')
    if (
      protocol === 'https:' ||
      (protocol === 'http:' && /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname))
    )
      return origin
  } catch {}
  throw new SignInError('ERR_SIGN_IN_ORIGIN', 'The origin has to be one of https, or of this machine')
}
