// Calls a server's API, for tests.

import { encodeToken } from '@fluxauth/auth-core'

/** A request in a line. */
export interface Call {
  readonly method?: string
  readonly path: string
  /** A value that is sent as JSON, or text as it is. */
  readonly body?: unknown
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What came back; the body is read where it is JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Makes what calls a server, with this token unless another is said. */
export function caller(origin: string, ownToken: string) {
  return async ({ method = 'GET', path, body, token = ownToken, headers }: Call): Promise<Answer> => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { ...(token && { authorization: encodeToken(token) }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }
}
