// A `fetch` for tests: it answers as InfluxDB was recorded to, and keeps what it was asked for.

/** A request, as the tests look at it. */
export interface Sent {
  readonly method: string
  readonly url: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly init: Readonly<Record<string, unknown>>
}

/** What to answer: status, JSON (or text), headers. */
export type Reply = readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>]

/** The server that the fake ones stand for. */
export const URL_OF_FAKE = 'http://127.0.0.1:8086'

export interface FakeFetch {
  (input: string, init?: object): Promise<Response>
  readonly sent: Sent[]
}

/** Makes one that answers each request by `answer`: a reply, or what `fetch` would throw. */
export function fakeFetch(answer: (sent: Sent) => Reply | Promise<Reply>): FakeFetch {
  const sent: Sent[] = []
  const fetch = async (input: string, given: object = {}): Promise<Response> => {
    const init = given as Record<string, unknown> & { method: string; headers: Record<string, string> }
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    const path = input.replace(/^https?:\/\/[^/]+/, '')
    const request = { method: init.method, url: input, path, headers: init.headers, body, init }
    sent.push(request)
    const [status, reply, headers = {}] = await answer(request)
    const text = reply === undefined ? null : typeof reply === 'string' ? reply : JSON.stringify(reply)
    return new Response(text, { status, headers })
  }
  return Object.assign(fetch, { sent })
}

/** A refusal of InfluxDB 2. */
export function refusal(status: number, code: string, message: string): Reply {
  return [status, { code, message }, { 'x-platform-error-code': code }]
}

export const UNAUTHORIZED: Reply = refusal(401, 'unauthorized', 'unauthorized access')

/** As `GET /api/v2/me` says it. */
export const ME = {
  links: { self: '/api/v2/users/11b0c4bcb7a37000' },
  id: '11b0c4bcb7a37000',
  name: 'zoë',
  status: 'active',
}
