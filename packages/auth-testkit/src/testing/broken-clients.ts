// Clients with a fault each.

import { createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
import { Agent, fetch } from 'undici'
import { type ClientOptions, type ClientRequest, type ClientUnderTest, testClient } from '../index.ts'

const traits = { redirects: 'followed' } as const

/** A client over one that sends, and what its user gets beside the answer. */
function clientOver(
  { ca, lookup }: ClientOptions,
  send: (sender: typeof globalThis.fetch, request: ClientRequest) => Promise<Response>,
  given: (response: Response) => unknown = (response) => response,
): ClientUnderTest {
  const dispatcher = new Agent({ connect: { ...(ca && { ca }), lookup } })
  const sender = ((url: string, init: object) =>
    fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch
  return {
    async request(request) {
      const response = await send(sender, request)
      return { status: response.status, body: await response.text(), given: given(response) }
    },
    close: () => dispatcher.destroy(),
  }
}

const initOf = ({ method, headers, body }: ClientRequest) =>
  ({ method, headers, ...(body !== undefined && { body: String(body) }) }) as RequestInit

testClient('that leaks', traits, (given) => {
  const { ca: _, lookup: __, ...options } = given
  const authorization = 'Token s3cret-token-of-the-suite=='
  const authorizer = createAuthorizer(options)
  return clientOver(
    given,
    (sender, request) => withAuth(sender, authorizer)(request.url, initOf(request)),
    ({ status }) => ({ status, response: { request: { headers: { authorization } } }, log: [authorization] }),
  )
})

testClient('that hangs', traits, () => ({
  request: () => new Promise(() => undefined),
  close: async () => undefined,
}))

testClient('that strays', traits, (options) =>
  clientOver(options, async (sender, request) => {
    let { url } = request
    for (;;) {
      const init = initOf(request)
      const headers = { ...request.headers, authorization: `Token ${String(options.credentials)}` }
      const response = await sender(url, { ...init, headers, redirect: 'manual' })
      const location = response.headers.get('location')
      if (!location) return response
      url = new URL(location, url).href
    }
  }),
)
