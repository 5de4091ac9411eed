// Answers that refuse, in the form of InfluxDB v2.

import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Refuses with InfluxDB v2's body and `X-Platform-Error-Code`. No `WWW-Authenticate`: browsers would ask for a password themselves. */
export function refuse(
  context: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
): Response {
  context.header('X-Platform-Error-Code', code)
  return context.json({ code, message }, status)
}

/** The 401 of InfluxDB v2, which does not say what was wrong. */
export function unauthorized(context: Context): Response {
  return refuse(context, 401, 'unauthorized', 'unauthorized access')
}
