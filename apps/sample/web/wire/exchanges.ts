// What the page sends, and what comes back: kept for the Wire, without any secret.

import { redactAuthorization } from '@fluxauth/auth-core'
import { useSyncExternalStore } from 'react'

/** A request, and its answer once there is one. */
export interface Exchange {
  readonly id: number
  readonly method: string
  /** With its query; the whole URL where it is of another origin. */
  readonly path: string
  /** The scheme and what may be shown of the value; `undefined` where no script added a header. */
  readonly authorization: string | undefined
  /** Of Basic: the user name, which is no secret. */
  readonly username: string | undefined
  readonly contentType: string | undefined
  readonly body: string | undefined
  readonly status: number | undefined
  /** How long it took, in milliseconds. */
  readonly took: number | undefined
  /** What the server said when it refused. */
  readonly said: string | undefined
}

/** How many are kept. */
const MOST = 50

let exchanges: readonly Exchange[] = []
const listeners = new Set<() => void>()
let last = 0

function change(next: readonly Exchange[]): void {
  exchanges = next
  for (const listener of listeners) listener()
}

/** Wraps a `fetch`, so that everything that passes is kept. */
export function recordingFetch(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), location.origin)
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    const value = headers.get('authorization')
    const exchange: Exchange = {
      id: ++last,
      method: init?.method ?? (input instanceof Request ? input.method : 'GET'),
      path: url.origin === location.origin ? url.pathname + url.search : url.href,
      authorization: value === null ? undefined : redactAuthorization(value),
      username: value === null ? undefined : usernameIn(value),
      contentType: headers.get('content-type') ?? undefined,
      body: typeof init?.body === 'string' ? withoutSecrets(init.body) : undefined,
      status: undefined,
      took: undefined,
      said: undefined,
    }
    change([exchange, ...exchanges].slice(0, MOST))
    const begin = performance.now()
    const settle = (outcome: Partial<Exchange>): void =>
      change(exchanges.map((each) => (each.id === exchange.id ? { ...each, ...outcome } : each)))
    const took = (): number => Math.round(performance.now() - begin)
    try {
      const response = await send(input, init)
      // Of another origin, without CORS: the browser lets nobody see what it is.
      const isHidden = response.type === 'opaque'
      settle({ took: took(), ...(isHidden ? { said: 'hidden' } : { status: response.status }) })
      // Whoever asked does not wait for it.
      if (!response.ok && !isHidden) void refusalIn(response).then((said) => settle({ said }))
      return response
    } catch (error) {
      settle({ said: 'no answer', took: took() })
      throw error
    }
  }
}

/** All of them, the newest first. */
export function useExchanges(): readonly Exchange[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => exchanges,
  )
}

export function clearExchanges(): void {
  change([])
}

function usernameIn(value: string): string | undefined {
  if (!value.startsWith('Basic ')) return undefined
  try {
    const bytes = Uint8Array.from(atob(value.slice(6)), (character) => character.charCodeAt(0))
    // Without a colon it may be a token.
    return /^[^:]*(?=:)/.exec(new TextDecoder().decode(bytes))?.[0]
  } catch {
    return undefined
  }
}

/** A password in a body is for nobody to see. */
function withoutSecrets(body: string): string {
  return body.replace(/("(?:password|token)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"[redacted]"')
}

async function refusalIn(response: Response): Promise<string> {
  const text = await response
    .clone()
    .text()
    .catch(() => '')
  try {
    const { message, error } = JSON.parse(text)
    return String(message ?? error)
  } catch {
    return text.slice(0, 200) || response.statusText
  }
}
