// A client that is the same wrapped, but for the credential.

import { request } from 'undici'
import { testParity } from '../../index.ts'

testParity('that is alike', {
  methods: ['GET'],
  leavesOut: /^answer /,
  create: ({ credentials }) => ({
    alone: async ({ url }) => (await request(url)).body.text(),
    wrapped: async ({ url }) =>
      (await request(url, { headers: { authorization: `Token ${credentials}` } })).body.text(),
  }),
})
