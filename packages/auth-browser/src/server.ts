// What a page asks its server: who is signed in; and what changes the cookie of a session, one after the other.

import { unreachable } from './diagnosis.ts'
import { SignInError } from './errors.ts'
import { bare, URL } from './platform.ts'
import type { Scheme, Who } from './state.ts'
import type { Vault } from './vault.ts'

/** Where InfluxDB says who one is. */
const ME = '/api/v2/me'

/** What `/api/v2/me` says. */
export interface Me {
  /**
   * 404 where the server does not say who it is: also where the credential is good, and may not ask. InfluxDB 2 says 401 to that, and a
   * server with fluxauth's guard 403. @see InfluxDB 2.8.0, seen on a running server
   */
  readonly status: number
  readonly ok: boolean
  readonly who: Who | undefined
}

/** The server, as a page's sign-in asks it. */
export interface Server {
  /** Asks who is signed in, with the session or the token. */
  askMe(scheme: Scheme, signal: AbortSignal): Promise<Response>
  /** Requests that change the cookie go one after the other: an answer to an earlier one would undo what a later one did. */
  inTurn(path: string, init: RequestInit): Promise<Response>
  /** Waits for an answer; where there is none it says why, unless the signal says that nobody waits for it any more. */
  answered(scheme: Scheme, asked: Promise<Response>, signal?: AbortSignal): Promise<Response>
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
    inTurn(path, init) {
      const asked = turn.then(() => {
        init.signal?.throwIfAborted()
        return call(path, { method: 'POST', ...init })
      })
      turn = asked.catch(() => undefined)
      return asked
    },
    answered: (scheme, asked, signal) =>
      asked.catch(async (cause) => {
        signal?.throwIfAborted()
        throw await unreachable(send, origin, scheme, cause)
      }),
  }
}

/** Reads what `/api/v2/me` says; nobody where it is not JSON. */
export async function readMe(response: Response): Promise<Me> {
  const { status, ok } = response
  const { id, name, message } = Object((await response.json().catch(() => undefined)) as unknown)
  return {
    status: / is unauthorized$|^insufficient /.test(message) ? 404 : status,
    ok,
    who: ok && id && name ? { id, name } : undefined,
  }
}

/** Rendering on a server there may be none, and nothing is asked for. */
export function readOrigin(given: string | URL | undefined): string {
  if (given === undefined) return ''
  try {
    const { origin, protocol } = new URL(given)
    // The origin of a blob: is that of the page that made it.
    if (protocol !== 'blob:' && /^https:|^http:\/\/(localhost|\[::1\]|127(\.\d+){3})(:\d+)?$/.test(origin))
      return origin
  } catch {}
  throw new SignInError('ERR_SIGN_IN_ORIGIN', 'The origin has to be one of https, or of this machine')
}
