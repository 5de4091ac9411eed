// The suite passes on auth-core's own `fetch`.

import { createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
import { Agent, fetch } from 'undici'
import { testClient } from './index.ts'

testClient(
  'fetch',
  {
    redirects: 'followed',
    redirectModes: true,
    streamsRequests: true,
    streamsAnswers: true,
    signals: true,
    leavesListeners: true,
  },
  ({ ca, lookup, ...options }) => {
    const dispatcher = new Agent({ connect: { ...(ca && { ca }), lookup } })
    const send = ((input: string, init: object) =>
      fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch
    const authFetch = withAuth(send, createAuthorizer(options))
    return {
      async request({ url, body, ...init }) {
        const response = await authFetch(url, {
          ...init,
          ...(body !== undefined && { body, duplex: 'half' }),
        } as RequestInit)
        return { status: response.status, body: response.body ?? '', given: response }
      },
      close: () => dispatcher.destroy(),
    }
  },
)
