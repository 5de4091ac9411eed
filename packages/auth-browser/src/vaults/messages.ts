// What a page and its worker say to each other. None that comes back holds the token.

import type { VaultErrorCode } from '../vault-error.ts'

/** From the page. */
export type ToWorker =
  | { readonly type: 'start'; readonly origin: string; readonly allow: readonly string[] }
  | { readonly type: 'hold'; readonly authorization: string }
  | { readonly type: 'clear' }
  | {
      readonly type: 'fetch'
      readonly id: number
      readonly url: string
      readonly method: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: ArrayBuffer | undefined
      readonly cache: RequestCache | undefined
    }
  /** The page wants the next piece of an answer's body. */
  | { readonly type: 'pull'; readonly id: number }
  | { readonly type: 'abort'; readonly id: number }

/** From the worker. */
export type FromWorker =
  | { readonly type: 'ready' }
  | {
      readonly type: 'answer'
      readonly id: number
      readonly url: string
      readonly status: number
      readonly statusText: string
      readonly headers: [string, string][]
      readonly hasBody: boolean
    }
  | { readonly type: 'piece'; readonly id: number; readonly piece: Uint8Array<ArrayBuffer> | undefined }
  /** Without a code: the network failed. */
  | { readonly type: 'failed'; readonly id: number; readonly code: VaultErrorCode | undefined }

/** As much of a worker, or of its inside, as is used. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}
