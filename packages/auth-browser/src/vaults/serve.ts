// The inside of a worker that holds a token: makes the requests that it was told to allow, and gives the token to nobody.

import { bare, pageFetch } from '../platform.ts'
import type { VaultErrorCode } from '../vault-error.ts'
import { readAllowed } from './allow.ts'
import type { FromWorker, Port, ToWorker } from './messages.ts'
import { isRedirect } from './request.ts'

/** A request that is under way, or whose answer is being read. */
interface Running {
  readonly controller: AbortController
  reader?: ReadableStreamDefaultReader<Uint8Array>
}

/** What may not be set: a server or proxy may take the method or the path from it. */
const OVERRIDE = /^x-(http-)?(method|original|rewrite|forward)/i

/** Answers a page's messages. What to allow is taken from the first; later ones change nothing of it. */
export function serveVault(port: Port, send: typeof globalThis.fetch = pageFetch): void {
  let start:
    | { readonly origin: string; readonly allows: (method: string, path: string) => boolean }
    | undefined
  let authorization = ''
  const running = new Map<number, Running>()
  const post = (message: FromWorker, transfer: Transferable[] = []): void =>
    port.postMessage(message, transfer)

  /** Why a request is not made. */
  const refuse = ({ url, method, headers }: ToWorker & { type: 'fetch' }): VaultErrorCode | undefined => {
    if (!authorization || !start) return 'ERR_VAULT_EMPTY'
    const { origin, pathname } = new URL(url)
    if (origin !== start.origin) return 'ERR_VAULT_ORIGIN'
    const isMe = method === 'GET' && pathname === '/api/v2/me'
    if (!isMe && !start.allows(method, pathname)) return 'ERR_VAULT_PATH'
    return Object.keys(headers).some((name) => OVERRIDE.test(name)) ? 'ERR_VAULT_PATH' : undefined
  }
  const run = async (message: ToWorker & { type: 'fetch' }): Promise<void> => {
    const { id, url, method, body, cache } = message
    const current: Running = { controller: new AbortController() }
    running.set(id, current)
    let code = refuse(message)
    try {
      if (code) throw code
      const headers = { ...message.headers, authorization }
      const { signal } = current.controller
      const options = { method, headers, signal, credentials: 'omit', redirect: 'manual' } as const
      const response = await send(url, bare({ ...options, ...(body && { body }), ...(cache && { cache }) }))
      if (isRedirect(response)) {
        code = 'ERR_VAULT_REDIRECT'
        throw code
      }
      const { status, statusText } = response
      // Browsers give an empty stream to what has no body, with which no `Response` could be made of this status.
      const stream = /20[45]|304/.test(`${status}`) ? null : response.body
      if (stream) current.reader = stream.getReader()
      else running.delete(id)
      post({
        type: 'answer',
        id,
        url: response.url,
        status,
        statusText,
        headers: [...response.headers],
        hasBody: !!stream,
      })
    } catch {
      // Nothing of what was thrown goes to the page: it may tell of the request.
      running.delete(id)
      post({ type: 'failed', id, code })
    }
  }
  const pull = async (id: number): Promise<void> => {
    try {
      const read = await running.get(id)?.reader?.read()
      if (!read) return
      if (read.done) running.delete(id)
      // Its own buffer: what is handed over is gone here.
      const piece = read.done ? undefined : read.value.slice()
      post({ type: 'piece', id, piece }, piece && [piece.buffer])
    } catch {
      running.delete(id)
      post({ type: 'failed', id, code: undefined })
    }
  }

  port.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === 'start' && !start) {
      const allows = readAllowed(data.allow)
      if (allows) start = { origin: data.origin, allows }
    } else if (data.type === 'hold') authorization = data.authorization
    else if (data.type === 'clear') authorization = ''
    else if (data.type === 'fetch') void run(data)
    else if (data.type === 'pull') void pull(data.id)
    else if (data.type === 'abort') {
      running.get(data.id)?.controller.abort()
      running.delete(data.id)
    }
  })
  post({ type: 'ready' })
}
