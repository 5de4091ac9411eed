// What a server says with a 401: InfluxDB 2 answers so also where the credential is good and a permission is missing.

import { sleep } from './abort.ts'

/** In bytes: what says why is short. */
const MAX_MESSAGE = 1024

/** In milliseconds: how long to wait for a body that was announced. */
const PATIENCE = 1000

/**
 * Whether a 401's message says that the credential is good, and may not do this.
 *
 * @param message of InfluxDB v2's body, for example `read:orgs/…/buckets is unauthorized`
 * @see InfluxDB 2.8.0, seen on a running server
 */
export function isPermissionMessage(message: string): boolean {
  return message.endsWith(' is unauthorized') || message.includes('requires operator permissions')
}

/**
 * The `message` of an InfluxDB v2 error body: an object, or JSON that is one, of 1,024 characters at most.
 *
 * @returns what an exchange asks for by `message`; `undefined` for any other body
 * @example
 * import { refusalMessage } from '@fluxauth/auth-core/client'
 *
 * refusalMessage('{"code":"unauthorized","message":"unauthorized access"}') // 'unauthorized access'
 * refusalMessage('<h1>401</h1>') // undefined
 */
export function refusalMessage(body: unknown): string | undefined {
  if (typeof body === 'string') {
    if (body.length > MAX_MESSAGE) return undefined
    try {
      return refusalMessage(JSON.parse(body) as object)
    } catch {
      return undefined
    }
  }
  const message = (body as { readonly message?: unknown } | null | undefined)?.message
  return typeof message === 'string' ? message : undefined
}

/**
 * Reads the message of a `fetch`'s answer, where its body says that it is short JSON. The answer can be read afterwards, and where the body
 * does not come it is the caller's to wait for it.
 */
export async function readMessage(response: Response): Promise<string | undefined> {
  const { headers } = response
  const length = headers.get('content-length')
  const isJson = headers.get('content-type')?.startsWith('application/json')
  if (!length || Number(length) > MAX_MESSAGE || !isJson) return undefined
  const reader = response.clone().body?.getReader()
  if (!reader) return undefined
  const read = new AbortController()
  let text = ''
  const readAll = async (): Promise<void> => {
    const decoder = new TextDecoder('utf-8')
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true })
    }
  }
  readAll()
    .catch(() => undefined)
    .finally(() => read.abort())
  await sleep(PATIENCE, read.signal).catch(() => undefined)
  // A copy that nobody reads would keep the caller from cancelling the answer.
  reader.cancel().catch(() => undefined)
  return refusalMessage(text)
}
