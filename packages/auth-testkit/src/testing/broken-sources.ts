// Sources with a fault each.

import type { Credentials } from '@fluxauth/auth-core'
import { AuthError, type CredentialProvider } from '@fluxauth/auth-core/client'
import { testSource } from '../index.ts'

class SourceError extends AuthError<'ERR_SOURCE_ABSENT'> {}

/** Finds what is there, or says that there is none. */
type Find = () => Credentials

const mistakes: Readonly<Record<string, (find: Find) => CredentialProvider>> = {
  'throws what is none of ours': (find) => ({
    get() {
      try {
        return find()
      } catch {
        throw new Error('ENOENT')
      }
    },
  }),
  'remembers that there was none': (find) => {
    let error: unknown
    return {
      get() {
        if (error) throw error
        try {
          return find()
        } catch (reason) {
          error = reason
          throw reason
        }
      },
    }
  },
  'holds on to what was refused': (find) => {
    let kept: Credentials | undefined
    return { get: () => (kept ??= { ...find() }) }
  },
  'gives everybody the same object': (find) => ({ get: find }),
  'shows what it found': (find) => {
    const source = {
      last: undefined as Credentials | undefined,
      get() {
        source.last = { ...find() }
        return source.last
      },
    }
    return source
  },
  hangs: () => ({ get: () => new Promise(() => undefined) }),
}
for (const [mistake, make] of Object.entries(mistakes)) {
  testSource(`that ${mistake}`, {}, () => {
    let held: Credentials | undefined
    return {
      source: make(() => {
        if (!held) throw new SourceError('ERR_SOURCE_ABSENT', 'The vault has nothing')
        return held
      }),
      put(credentials) {
        held = credentials && { ...credentials }
      },
    }
  })
}
