// Clients that are not wrapped as they are alone, or of which nothing is compared.

import { Agent, interceptors, request } from 'undici'
import { type ParityClient, type ParitySend, testParity } from '../index.ts'

type Options = { readonly query: string }
type Send = ParitySend<string, Options>
const following = new Agent().compose(interceptors.redirect({ maxRedirections: 3 }))

/** Sends with the query that its options say, and tells what comes back. */
const sending =
  (headers: Record<string, string> = {}): Send =>
  async ({ url, method, body = null, options: { query } = { query: '' } }) => {
    const init = { method: method as 'GET', body, headers, dispatcher: following }
    const { statusCode, headers: answered, body: received } = await request(url + query, init)
    return { statusCode, headers: answered, text: await received.text() }
  }
const client: Omit<ParityClient<string, Options>, 'create'> = {
  methods: ['GET'],
  options: { query: () => ({ query: '&mine=1' }) },
  followsRedirects: true,
}
const authorization = (credentials: string) => ({ authorization: `Token ${credentials}` })

testParity('that adds a header', {
  ...client,
  create: ({ credentials }) => ({
    alone: sending(),
    wrapped: sending({ ...authorization(credentials), 'x-added': '1' }),
  }),
})

testParity('that trims what it reads', {
  ...client,
  create: ({ credentials }) => ({
    alone: sending(),
    async wrapped(request) {
      const answer = (await sending(authorization(credentials))(request)) as { text: string }
      return { ...answer, text: answer.text.trim() }
    },
  }),
})

/** Tells nothing of what comes back, as one does who forgets to return it. */
const silent =
  (send: Send): Send =>
  async (request) => {
    await send(request)
  }
testParity('that tells nothing', {
  ...client,
  create: ({ credentials }) => ({
    alone: silent(sending()),
    wrapped: silent(sending(authorization(credentials))),
  }),
})

testParity('that lists what is never sent', {
  ...client,
  leavesOut: /^answer 999/,
  differences: [
    { requests: /^GET with a stream/, reason: 'A stream is sent once.' },
    { requests: /^GET without a body/, reason: 'It was different once.' },
    { requests: /^GET without/, reason: 'The one before has them all.' },
  ],
  create: ({ credentials }) => ({ alone: sending(), wrapped: sending(authorization(credentials)) }),
})

testParity('that sends its options with each redirect', {
  ...client,
  create: ({ credentials }) => ({
    alone: sending(),
    async wrapped({ url, method, options: { query } = { query: '' } }) {
      const headers = authorization(credentials)
      let to = url
      for (;;) {
        const {
          statusCode,
          headers: answered,
          body,
        } = await request(to + query, { method: 'GET', headers, dispatcher: new Agent() })
        const text = await body.text()
        if (!answered.location || statusCode < 301 || statusCode === 304 || method !== 'GET')
          return { statusCode, headers: answered, text }
        to = new URL(`${answered.location}`, to).href
      }
    },
  }),
})
