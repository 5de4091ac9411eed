// A vault in a worker: after hand-over no script of the page can read the token, and what it may be used for is fixed.

import { apply, bare, isRequest, Request } from '../platform.ts'
import type { CreateVault } from '../vault.ts'
import { VaultError, type VaultErrorCode, vaultError } from '../vault-error.ts'
import { isAllowList } from './allow.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { checkUrl, headersOf, toAuthorization } from './request.ts'

// Taken as the module loads, like what all need (`platform.ts`).
const ReadableStream = globalThis.ReadableStream
const Response = globalThis.Response
const postToWorker = globalThis.Worker?.prototype.postMessage as VaultWorker['postMessage']

/** As much of a `Worker` as is used. */
export interface VaultWorker {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  addEventListener(type: 'error', listener: () => void): void
  terminate(): void
}

/** Options of {@link workerVault}. */
export interface WorkerVaultOptions {
  /**
   * The methods and paths that may be called with the token, such as `GET /api/v2/buckets`; one that ends in `/*` stands for all below it,
   * but for what gives out credentials (`/api/v2/authorizations`, `/api/v3/configure/token` and the like), which has to be named.
   * `GET /api/v2/me` always may.
   */
  readonly allow: readonly string[]
}

/** A request that waits for its answer, or whose answer is being read. */
interface Waiting {
  answer(message: FromWorker & { type: 'answer' }): void
  piece(piece: Uint8Array | undefined): void
  fail(error: unknown): void
}

/** What the codes say that are this vault's own. */
const MESSAGES: Partial<Record<VaultErrorCode, string>> = {
  ERR_VAULT_PATH:
    'Not allowed with this token: name method and path, plainly spelt, in the `allow` of workerVault',
  ERR_VAULT_BODY: 'A stream cannot be handed to the worker: give a string, Blob, buffer or FormData',
  ERR_VAULT_WORKER: 'The worker does not answer: is its script found, and does worker-src let it in?',
}

/** In milliseconds: how long a worker may take to start. */
const PATIENCE = 10_000

/**
 * Keeps the token in a worker, which makes the requests. The worker is started at once, and told then what to allow.
 *
 * @param start makes the worker, so that bundlers find its script, and a policy needs no `blob:`
 * @throws {VaultError} `ERR_VAULT_PATH` for what is no list of methods and paths
 * @example
 * import { createBrowserAuth } from '@fluxauth/auth-browser'
 * import { workerVault } from '@fluxauth/auth-browser/worker'
 *
 * const start = () => new Worker(new URL('./token-worker.js', location.href), { type: 'module' })
 * const auth = createBrowserAuth({ vault: workerVault(start, { allow: ['GET /api/v2/buckets'] }) })
 * console.log(auth.state.status) // unknown
 */
export function workerVault(start: () => VaultWorker, { allow }: WorkerVaultOptions): CreateVault {
  const list = [...allow]
  if (!isAllowList(list)) {
    throw new VaultError('ERR_VAULT_PATH', '`allow` is a list such as GET /api/v2/buckets')
  }
  return (origin) => {
    const waiting = new Map<number, Waiting>()
    let count = 0
    let broken: boolean
    let ended = false
    /** Counts the tokens: a request goes with the one that was there as it was asked for, or not at all. */
    let held = 0
    let worker: VaultWorker
    let patience: ReturnType<typeof setTimeout>
    const post = (message: ToWorker, transfer: Transferable[] = []): void => {
      const args = [bare(message), transfer] as const
      try {
        // It is handed the token. That of the worker could be another by now.
        apply(postToWorker, worker, args)
      } catch {
        worker.postMessage(...args) // of what is no worker of the browser's
      }
    }
    const breakOff = (): void => {
      broken = true
      clearTimeout(patience)
      worker.terminate()
      for (const { fail } of waiting.values()) fail(failure('ERR_VAULT_WORKER'))
    }
    const begin = (): void => {
      broken = false
      worker = start()
      patience = setTimeout(breakOff, PATIENCE)
      worker.addEventListener('error', breakOff)
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === 'ready') return clearTimeout(patience)
        const entry = waiting.get(data.id)
        if (!entry) return
        try {
          if (data.type === 'answer') entry.answer(data)
          else if (data.type === 'piece') entry.piece(data.piece)
          else entry.fail(data.code ? failure(data.code) : new TypeError('Failed to fetch'))
        } catch (error) {
          // A `Response` cannot be made of every status that a server may send.
          entry.fail(error)
        }
      })
      post({ type: 'start', origin, allow: list })
    }
    begin()

    return {
      hold(token) {
        const authorization = toAuthorization(token)
        // One that failed has no token any more: another takes its place with the next.
        if (broken && !ended) begin()
        post({ type: 'hold', authorization })
        held++
      },
      async fetch(input, init) {
        const mine = held
        const url = checkUrl(input, origin)
        const headers = headersOf(input, init)
        const { body, signal, method, contentType } = await readRequest(input, url, init)
        signal.throwIfAborted()
        if (broken) throw failure('ERR_VAULT_WORKER')
        if (mine !== held) throw failure('ERR_VAULT_EMPTY')
        if (contentType) headers['content-type'] = contentType
        const id = ++count
        const message = { type: 'fetch', id, url, method, headers, body, cache: init?.cache } as const
        return new Promise<Response>((resolve, reject) => {
          let stream: ReadableStreamDefaultController<Uint8Array>
          let pulled: () => void
          const end = (): void => {
            waiting.delete(id)
            signal.removeEventListener('abort', abort)
          }
          const fail = (error: unknown): void => {
            end()
            reject(error)
            stream.error(error)
          }
          const abort = (): void => {
            post({ type: 'abort', id })
            fail(signal.reason)
          }
          signal.addEventListener('abort', abort)
          const read = new ReadableStream<Uint8Array>(
            {
              start: (controller) => {
                stream = controller
              },
              pull: () =>
                new Promise<void>((done) => {
                  pulled = done
                  post({ type: 'pull', id })
                }),
              cancel() {
                end()
                post({ type: 'abort', id })
              },
            },
            { highWaterMark: 0 },
          )
          waiting.set(id, {
            fail,
            answer({ hasBody, url: from, ...answer }) {
              if (!hasBody) end()
              const response = new Response(hasBody ? read : null, answer)
              resolve(Object.defineProperty(response, 'url', { value: from }))
            },
            piece(piece) {
              if (piece) stream.enqueue(piece)
              else {
                end()
                stream.close()
              }
              pulled()
            },
          })
          post(message, body && [body])
        })
      },
      clear: () => post({ type: 'clear' }),
      dispose() {
        ended = true
        breakOff()
      },
    }
  }
}

function failure(code: VaultErrorCode): VaultError {
  return vaultError(code, MESSAGES[code])
}

/** What the platform makes of a request: its body as bytes, whatever it was made of. */
async function readRequest(input: string | Request, url: string, init: RequestInit | undefined) {
  if (init?.body instanceof ReadableStream) throw failure('ERR_VAULT_BODY')
  const request = new Request(isRequest(input) ? input : url, init)
  const bytes = await request.arrayBuffer()
  const { signal, method, headers } = request
  return {
    signal,
    method,
    body: bytes.byteLength > 0 ? bytes : undefined,
    contentType: headers.get('content-type'),
  }
}

export { VaultError, type VaultErrorCode }
