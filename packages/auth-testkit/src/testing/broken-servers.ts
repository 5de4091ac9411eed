// A server that lets everybody in, and shows what it was sent; and one that never answers.

import { testServer } from '../index.ts'

testServer('that is open', { sockets: false, addresses: false }, () => ({
  fetch: (request) => Response.json({ user: 'alice', sent: request.headers.get('authorization') }),
  close: async () => undefined,
}))

testServer('that hangs', { sockets: false, addresses: false }, () => ({
  fetch: () => new Promise(() => undefined),
  close: async () => undefined,
}))
