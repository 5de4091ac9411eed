// auth-core's `fetch` passes the parity suite. The one that is wrapped is undici's, which is Node's own in whatever release.

import { createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
import * as undici from 'undici'
import { expect, test } from 'vitest'
import { type FetchPlatform, fetchRequests, findDifferences, type ParitySend, testParity } from './index.ts'

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

test('without vitest too, a client that carries no credential, or of which nothing is told, differs', async () => {
  const few = { methods: ['GET'], leavesOut: /^answer (?!201|204)|^30/ }
  const alone = send(fetch)
  const bare = await findDifferences({ ...few, create: () => ({ alone, wrapped: alone }) })
  const titles = ['GET without a body', 'answer 204', 'answer 201 with a body']
  expect(bare.map(({ request }) => request)).toEqual(titles)
  expect(bare[0]).toMatchObject({ alone: { credentials: [1] }, wrapped: { credentials: [0] } })
  const silent =
    (inner: ParitySend<never, never>): ParitySend<never, never> =>
    async (request) => {
      await inner(request)
    }
  const found = await findDifferences<never, never>({
    ...few,
    create: ({ origin, credentials }) => ({
      alone: silent(alone),
      wrapped: silent(send(withAuth(fetch, createAuthorizer({ origin, credentials })))),
    }),
  })
  expect(found).toMatchObject([
    {
      request: 'what it tells of an answer differs where answers do',
      wrapped: expect.stringMatching(/nothing is compared/),
    },
  ])
})
