// Clients that send again at the wrong time, or something else.

import { type ClientTraits, testClient } from '../index.ts'
import { hastyClient, hastyMistakes } from './hasty-client.ts'

const traits: ClientTraits = {
  redirects: 'followed',
  redirectModes: true,
  streamsRequests: true,
  streamsAnswers: true,
  signals: true,
}
for (const mistake of hastyMistakes) {
  testClient(`that ${mistake}`, traits, (options) => hastyClient(options, mistake))
}

testClient('that is never made', traits, () => new Promise(() => undefined))

testClient('that never sends what is kept', { ...traits, keeps: true }, (options) => ({
  ...hastyClient(options, 'repeats what failed'),
  keep: () => ({ send: () => new Promise(() => undefined), change: () => undefined }),
}))
