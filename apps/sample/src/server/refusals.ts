// Answers that refuse for other reasons than who is calling, in the form of InfluxDB v2. They are thrown.

import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Makes what refuses with InfluxDB v2's body and `X-Platform-Error-Code`. */
export function refusal(status: ContentfulStatusCode, code: string, message: string): HTTPException {
  const headers = { 'X-Platform-Error-Code': code }
  return new HTTPException(status, { message, res: Response.json({ code, message }, { status, headers }) })
}

export function invalid(message: string): HTTPException {
  return refusal(400, 'invalid', message)
}

export function notFound(what: string): HTTPException {
  return refusal(404, 'not found', `${what} not found`)
}

export function forbidden(message: string): HTTPException {
  return refusal(403, 'forbidden', message)
}
