// Sources with a fault each.

import type { Credentials } from '@fluxauth/auth-core'
import { AuthError, type CredentialProvider } from '@fluxauth/auth-core/client'
import { testSource } from '../index.ts'

class SourceError extends AuthError<'ERR_SOURCE_ABSENT' | 'ERR_SOURCE_INVALID'> {}

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

/** Sources that read text, and what they take for a token. */
const readings: Readonly<Record<string, RegExp>> = {
  'takes nothing for a token': /^([!-~]*)$/,
  'keeps the end of a line': /^([!-~]+[\r\n]*)$/,
  'takes the first of several lines': /^([!-~]+)/,
  'takes what stands behind # for a comment': /^([^#\s]+)(?:#.*)?$/,
}
for (const [mistake, pattern] of Object.entries(readings)) {
  testSource(`that ${mistake}`, { malformed: true }, () => {
    let held: string | undefined
    return {
      source: {
        get() {
          if (held === undefined) throw new SourceError('ERR_SOURCE_ABSENT', 'The file is not there')
          const [, token] = pattern.exec(held) ?? []
          if (token === undefined) throw new SourceError('ERR_SOURCE_INVALID', 'The file holds no token')
          return { scheme: 'token', token }
        },
      },
      put(credentials) {
        held = credentials && 'token' in credentials ? credentials.token : undefined
      },
      spoil(text) {
        held = text
      },
    }
  })
}

testSource('that gives to anybody what it has found for one', { keeps: true, perOrigin: true }, (options) => {
  let held: Credentials | undefined
  let kept: Credentials | undefined
  return {
    source: {
      get({ origin }) {
        if (!kept && (!held || origin !== options.origin))
          throw new SourceError('ERR_SOURCE_ABSENT', `Nothing for ${origin}`)
        kept ??= held
        return { ...kept } as Credentials
      },
      invalidate() {
        kept = undefined
      },
    },
    put(credentials) {
      held = credentials
      kept ??= credentials
    },
  }
})
