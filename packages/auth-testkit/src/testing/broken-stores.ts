// Stores with a fault each.

import { createMemoryStore } from '@fluxauth/auth-core/server'
import { testStore } from '../index.ts'

testStore('that keeps what was typed', { attempts: false }, () => ({
  open: createMemoryStore,
  dump: () => '0b501e7e557ab1ed tried my-password-in-the-wrong-field with s3cret p:ä ß€ of the suite',
}))

testStore('that hangs', { attempts: false }, () => ({
  open() {
    const store = createMemoryStore()
    return { ...store, tokens: { ...store.tokens, find: () => new Promise<never>(() => undefined) } }
  },
}))
