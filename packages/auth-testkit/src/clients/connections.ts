// Connections, which are kept: an answer that nobody reads is let go of.

import { expect, test } from 'vitest'
import { type ClientContext, NEXT_TOKEN, rotating, TOKEN } from './context.ts'

/** The test of connections. */
export function testConnections({ followed, network, withClient, send, answered }: ClientContext): void {
  test('keeps its connections, over refreshes and redirects as well', async () => {
    const stage = network().stage(({ path, headers }) => {
      if (headers.authorization !== `Token ${NEXT_TOKEN}`) return { status: 401, body: 'go away' }
      if (followed && !path.endsWith('there')) {
        return { status: 302, headers: { location: stage.url(network().home, 'there') }, body: 'over there' }
      }
      return { body: 'welcome' }
    })
    await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN) }, async (client) => {
      for (let i = 0; i < 10; i++) expect(await send(client, stage)).toEqual(answered(200, 'welcome'))
    })
    expect(stage.visits.length).toBe(followed ? 21 : 11)
    // Node's fetch, left alone, takes turns between two: it reports the end of a body before it frees the connection.
    expect(new Set(stage.visits.map(({ connection }) => connection)).size).toBeLessThanOrEqual(2)
  })
}
