// Node's own `fetch` is the same wrapped by `authFetch`, and undici's over `authDispatcher`, as they are alone.

import { type FetchPlatform, fetchRequests, testParity } from '@fluxauth/auth-testkit'
import * as undici from 'undici'
import { authFetch } from './auth-fetch.ts'
import { authDispatcher } from './clients/undici.ts'

const node = fetchRequests(globalThis)

testParity('fetch of Node', {
  ...node,
  create: ({ origin, credentials }) => ({
    alone: node.send(fetch),
    wrapped: node.send(authFetch({ origin, credentials })),
  }),
  // Releases of Node differ here: 20 fails on bytes that it is to send again, some give names in small letters, some draw a form's boundary anew.
  leavesOut:
    /^30\d for a \w+ with (bytes|an ArrayBuffer|a DataView|FormData)$|^option (headers as (Headers|pairs)|a Request with headers)/,
  differences: [
    {
      requests: /^307 with option redirect: error$/,
      reason: 'fetch says only "fetch failed"; here it is ERR_REDIRECT_REFUSED.',
    },
    {
      requests: /^30[1278] for a (?!HEAD).* with (a ReadableStream|an async iterable)$/,
      reason:
        'fetch says only "fetch failed"; here it is ERR_REDIRECT_BODY where the stream would have to be sent again, and no error where a redirect drops it.',
    },
  ],
})

const package_ = fetchRequests(undici as unknown as FetchPlatform)

testParity('undici, fetch over authDispatcher', {
  ...package_,
  // A form is sent again with another boundary than its Content-Type says, drawn by lot.
  leavesOut: /^30\d for a \w+ with FormData$/,
  create({ origin, credentials }) {
    const [alone, under] = [new undici.Agent(), new undici.Agent()]
    const over = (dispatcher: undici.Dispatcher) =>
      package_.send(((input: string, init: object) =>
        undici.fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch)
    return {
      alone: over(alone),
      wrapped: over(authDispatcher(under, { origin, credentials })),
      close: () => Promise.all([alone.destroy(), under.destroy()]),
    }
  },
})
