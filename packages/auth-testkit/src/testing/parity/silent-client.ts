// A client that tells nothing of what comes back, so that nothing of it is compared.

import { request } from 'undici'
import { testParity } from '../../index.ts'

testParity('that is silent', {
  methods: ['GET'],
  leavesOut: /^answer /,
  create: ({ credentials }) => ({
    alone: async ({ url }) => (await request(url)).body.dump(),
    wrapped: async ({ url }) =>
      (await request(url, { headers: { authorization: `Token ${credentials}` } })).body.dump(),
  }),
})
