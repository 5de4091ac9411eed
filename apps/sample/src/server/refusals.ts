// Answers that refuse for other reasons than who is calling, in the form of InfluxDB v2.

import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Refuses with InfluxDB v2's body and `X-Platform-Error-Code`. */
export function refuse(
  context: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
): Response {
  context.header('X-Platform-Error-Code', code)
  return context.json({ code, message }, status)
}
