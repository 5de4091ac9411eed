// What whoever opens the page is told: the account to try, and what came to the other origin.

import { Hono } from 'hono'
import type { OtherServer } from '../elsewhere.ts'
import type { Example } from '../example.ts'

/** What there is to tell. */
export interface Shown {
  /** The one other origin that the page may call. */
  readonly other?: OtherServer | undefined
  /** The account that the page may fill in. */
  readonly example?: Example | undefined
}

export function shownRoutes({ other, example }: Shown) {
  return new Hono()
    .use(async (context, next) => {
      await next()
      context.header('Cache-Control', 'no-store')
    })
    .get('/example', (context) => context.json({ example }))
    .get('/elsewhere', (context) =>
      context.json({ elsewhere: other && { origin: other.origin, visits: other.visits } }),
    )
}
