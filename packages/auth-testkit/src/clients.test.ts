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
    keeps: true,
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
      keep({ url, ...given }) {
        const to = new URL(url)
        const init = { ...given, headers: { ...given.headers } }
        return {
          send: async () => (await authFetch(to, init as RequestInit)).text(),
          change(url) {
            to.href = url
            Object.assign(init, { method: 'DELETE', redirect: 'follow' })
            init.headers['x-mine'] = 'changed'
          },
        }
      },
      close: () => dispatcher.destroy(),
    }
  },
)
