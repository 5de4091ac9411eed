// A client that changes more than the credential.

import { request } from 'undici'
import { testParity } from '../../index.ts'

testParity('that changes', {
  methods: ['GET'],
  leavesOut: /^answer /,
  create: ({ credentials }) => ({
    alone: async ({ url }) => (await request(url)).body.text(),
    wrapped: async ({ url }) =>
      (
        await request(url, { headers: { authorization: `Token ${credentials}`, 'x-added': '1' } })
      ).body.text(),
  }),
})
