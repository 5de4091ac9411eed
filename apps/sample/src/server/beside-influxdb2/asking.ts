// Sends a request as it is said to be, line by line, and looks at what of the answer says who was let in.

import { request as send } from 'node:http'

/** A request, as it goes over the wire. */
export interface Sent {
  readonly method: string
  readonly path: string
  /** Names and values in turn: a name may come twice. */
  readonly headers: readonly string[]
  readonly body?: string | undefined
}

/** What of an answer says who was let in, and what else is looked at. */
export interface Answered {
  readonly status: number
  /** Why not. Empty where there is nothing to say. */
  readonly message: string
  /** The cookie that was set, as it is sent back. */
  readonly cookie: string
  readonly allow: string | undefined
  /** The body, as JSON where it is that. */
  readonly body: unknown
}

/** Asks a server; the lines of the head are sent in Latin-1, in which any byte can be written. */
export function ask(origin: string, { method, path, headers, body = '' }: Sent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = body === '' ? [] : ['Content-Length', String(Buffer.byteLength(body))]
    const lines = ['Host', new URL(origin).host, ...headers, ...length]
    const request = send(origin + path, { method, headers: lines }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        const [cookie = ''] = response.headers['set-cookie'] ?? []
        const { statusCode: status = 0 } = response
        const read = parse(text)
        resolve({
          status,
          message: status < 400 ? '' : messageOf(read),
          cookie: cookie.split(';', 1)[0] ?? '',
          allow: response.headers.allow,
          body: read,
        })
      })
    })
    request.on('error', reject).end(body)
  })
}

/** The status and the message, in a line; identifiers differ by nature, and 204 is no other answer than 200. */
export function inWords({ status, message }: Answered): string {
  const words = message.trim().replace(/\b[\da-f]{16}\b/g, '<id>')
  return `${status === 204 ? 200 : status} ${words}`.trim()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function messageOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return String(body)
  const { message, error } = body as { message?: unknown; error?: unknown }
  return String(message ?? error ?? '')
}
