// The sources that look in a place that can be written pass the shared source suite.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from '@fluxauth/auth-core'
import { testSource } from '@fluxauth/auth-testkit'
import { fromEnv } from './env.ts'
import { fromNetrc } from './netrc.ts'
import { type CredentialFinder, defineKeptSource, defineSource, SourceError } from './source.ts'
import { fromTokenFile } from './token-file.ts'

/** A file in a folder of its own. */
async function placeFor(name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'fluxauth-source-'))
  const path = join(folder, name)
  return {
    path,
    write: (text: string | undefined) =>
      text === undefined ? rm(path, { force: true }) : writeFile(path, text, { mode: 0o600 }),
    remove: () => rm(folder, { recursive: true }),
  }
}
const tokenOf = (credentials: Credentials | undefined) =>
  credentials && 'token' in credentials ? credentials.token : undefined

for (const scheme of ['token', 'bearer'] as const) {
  testSource(`token file, with ${scheme}`, { schemes: [scheme], malformed: true }, async () => {
    const { path, write, remove } = await placeFor('token')
    return {
      source: fromTokenFile(path, { scheme }),
      put: (credentials) => write(tokenOf(credentials)),
      spoil: write,
      remove,
    }
  })
}

testSource('netrc', { schemes: ['basic'], perOrigin: true }, async () => {
  const { path, write, remove } = await placeFor('netrc')
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
  return {
    source: fromNetrc({ path }),
    put: (credentials) =>
      write(
        credentials?.scheme === 'basic'
          ? `machine 127.0.0.1 login ${quoted(credentials.username)} password ${quoted(credentials.password)}\n`
          : undefined,
      ),
    remove,
  }
})

testSource('environment', { malformed: true }, () => {
  const env: Record<string, string | undefined> = {}
  return {
    source: fromEnv({ env }),
    put(credentials) {
      env.INFLUX_TOKEN = tokenOf(credentials)
    },
    spoil(text) {
      env.INFLUX_TOKEN = text
    },
  }
})

/** Over whatever makes a source of one that can be changed. */
const overVault = (make: (find: () => Credentials) => CredentialFinder) => () => {
  let held: Credentials | undefined
  return {
    source: make(() => {
      if (!held) throw new SourceError('ERR_SOURCE_ABSENT', 'The vault has nothing')
      return { ...held }
    }),
    put(credentials: Credentials | undefined) {
      held = credentials
    },
  }
}
const all = { schemes: ['token', 'bearer', 'basic'] } as const
testSource(
  'one of defineSource',
  all,
  overVault((find) => defineSource('vault', () => ({ credentials: find(), source: 'vault' }))),
)
testSource('one of defineKeptSource, for each origin', { keeps: true, perOrigin: true }, ({ origin }) => {
  const held = new Map<string | undefined, Credentials | undefined>()
  return {
    source: defineKeptSource(
      'vault',
      (context) => context?.origin ?? '',
      async (context) => {
        const credentials = held.get(context?.origin)
        if (!credentials) throw new SourceError('ERR_SOURCE_ABSENT', 'The vault has nothing')
        return { credentials, source: 'vault' }
      },
    ),
    put: (credentials) => held.set(origin, credentials),
  }
})
testSource(
  'one of defineKeptSource',
  { ...all, keeps: true },
  overVault((find) =>
    defineKeptSource(
      'vault',
      () => '',
      async () => ({ credentials: find(), source: 'vault' }),
    ),
  ),
)
