// A redirect that is followed reaches axios without its body, which axios would read to the end, however long, and count by `maxContentLength`.

import type { ClientRequest, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { isDeciding } from '@fluxauth/auth-core/client'
import { discard } from './quiet-request.ts'

/** What hears the answer to a request of Node's. */
export type Listener = (response: IncomingMessage) => void

/** Hands answers on; a redirect as a stream that ends, empty, when its body was let go of. */
export function withoutRedirectBodies(answer: Listener): Listener {
  return (response) => {
    const { statusCode = 0, statusMessage } = response
    const { location } = response.headers
    if (!isRedirect(statusCode, location)) return answer(response)
    const empty = new Readable({
      async read() {
        await discard(response)
        this.push(null)
      },
    })
    const { req } = response as { req?: ClientRequest }
    const shown = { statusCode, statusMessage, headers: { location }, req }
    answer(Object.assign(empty, shown) as Readable as IncomingMessage)
  }
}

/** `fetch`, whose redirects have no body: it was let go of. */
export async function fetchWithoutRedirectBodies(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request)
  const { status, statusText, body } = response
  const location = response.headers.get('location')
  if (!isRedirect(status, location)) return response
  if (body) await discard(body as ReadableStream)
  return new Response(null, { status, statusText, headers: { location } })
}

function isRedirect(status: number, location: string | null | undefined): location is string {
  return status < 400 && isDeciding(status) && typeof location === 'string'
}
