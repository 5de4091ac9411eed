// auth-core's `fetch` passes the parity suite. The one that is wrapped is undici's, which is Node's own in whatever release.

import { createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
import * as undici from 'undici'
import { type FetchPlatform, fetchRequests, testParity } from './index.ts'

const { fetch, FormData, Headers, Request } = undici as unknown as FetchPlatform
const { send, ...requests } = fetchRequests({ FormData, Headers, Request })

testParity('fetch', {
  ...requests,
  create: ({ origin, credentials }) => ({
    alone: send(fetch),
    wrapped: send(withAuth(fetch, createAuthorizer({ origin, credentials }))),
  }),
  differences: [
    {
      requests: /^307 with option redirect: error$/,
      reason: 'fetch says only "fetch failed"; here it is ERR_REDIRECT_REFUSED.',
    },
    {
      requests: /headers as (Headers|pairs)|a Request with headers/,
      reason:
        'The platform’s Headers, which are made of them, give names in small letters: to HTTP they are the same.',
    },
    {
      requests: /^30[1278] for a (?!HEAD).* with (a ReadableStream|an async iterable)$/,
      reason:
        'fetch says only "fetch failed"; here it is ERR_REDIRECT_BODY where the stream would have to be sent again, and no error where a redirect drops it.',
    },
    {
      requests: /^30[1278] for a (?!POST|HEAD).* with FormData$|^30[78] for a POST with FormData$/,
      reason:
        'undici sends a form again with another boundary than its Content-Type says; here it is the same.',
    },
  ],
})
