// What anybody may ask: whether the server is there, is well, is ready, and is set up.

import { Hono } from 'hono'
import type { Auth } from '../auth.ts'
import { refusal } from '../refusals.ts'

/** What the server calls itself. */
export const VERSION = '2.x-fluxauth-sample'

export function statusRoutes({ directory: { made } }: Auth): Hono {
  const routes = new Hono()
  routes.get('/ping', (context) => context.body(null, 204))
  routes.get('/health', (context) =>
    context.json({
      name: 'influxdb',
      message: 'ready for queries and writes',
      status: 'pass',
      checks: [],
      version: VERSION,
      commit: 'none',
    }),
  )
  routes.get('/ready', (context) =>
    context.json({ status: 'ready', started: made, up: duration(Date.now() - Date.parse(made)) }),
  )
  // It is set up from the start, and only once.
  routes.get('/api/v2/setup', (context) => context.json({ allowed: false }))
  routes.post('/api/v2/setup', () => {
    throw refusal(422, 'conflict', 'onboarding has already been completed')
  })
  return routes
}

/** As Go writes it: `1h2m3.5s`. */
function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000)
  const hours = Math.floor(minutes / 60)
  const parts = [
    ...(hours > 0 ? [`${hours}h`] : []),
    ...(minutes > 0 ? [`${minutes % 60}m`] : []),
    `${(milliseconds % 60_000) / 1000}s`,
  ]
  return parts.join('')
}
