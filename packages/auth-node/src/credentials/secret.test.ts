// Every way in which a secret arrives with something around it, at every source: the same secret, or the same refusal.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type CredentialFinder,
  fromEnv,
  fromExec,
  fromInfluxConfigs,
  fromKeyring,
  fromNetrc,
  fromTokenFile,
  fromValue,
  SourceError,
} from '../index.ts'

const SECRET = 's3cret=='
const CONTEXT = { origin: 'https://localhost:8086' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-secrets-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `file-${files++}`)
  await writeFile(path, content, { mode: 0o600 })
  return path
}

const print = (text: string, encoding = 'utf8') =>
  fromExec(process.execPath, [
    '-e',
    `process.stdout.write(Buffer.from(process.argv[1], 'base64'))`,
    Buffer.from(text, encoding as BufferEncoding).toString('base64'),
  ])

function keyring(text: string): CredentialFinder {
  class AsyncEntry {
    getPassword = async () => text
    setPassword = async () => undefined
    deletePassword = async () => undefined
  }
  return fromKeyring({ lib: { AsyncEntry } })
}

/** Sources whose secret is a token, by the place that their errors name. */
const TOKENS: readonly (readonly [place: RegExp, source: (text: string) => Promise<CredentialFinder>])[] = [
  [/^The token that was given /, async (text) => fromValue(text)],
  [/^INFLUX_TOKEN /, async (text) => fromEnv({ env: { INFLUX_TOKEN: text } })],
  [/^INFLUXDB3_AUTH_TOKEN /, async (text) => fromEnv({ env: { INFLUXDB3_AUTH_TOKEN: text } })],
  [/^INFLUX_TOKEN_FILE /, async (text) => fromEnv({ env: { INFLUX_TOKEN_FILE: await file(text) } })],
  [
    /^INFLUXDB3_AUTH_TOKEN_FILE /,
    async (text) => fromEnv({ env: { INFLUXDB3_AUTH_TOKEN_FILE: await file(text) } }),
  ],
  [/file-\d+ /, async (text) => fromTokenFile(await file(text))],
  [/^The command \S+ /, async (text) => print(text)],
  [/^The command \S+ /, async (text) => print(JSON.stringify({ token: text }))],
  [/^The keyring's fluxauth https:\/\/localhost:8086 /, async (text) => keyring(text)],
  [
    /^The keyring's fluxauth https:\/\/localhost:8086 /,
    async (text) => keyring(JSON.stringify({ token: text })),
  ],
  [
    /^The token of profile a of \S+ /,
    async (text) => {
      const toml = `[a]\nactive = true\nurl = "${CONTEXT.origin}"\ntoken = ${JSON.stringify(text)}\n`
      return fromInfluxConfigs({ path: await file(toml) })
    },
  ],
]

/** Sources whose secret is a password. */
const PASSWORDS: readonly (readonly [place: RegExp, source: (text: string) => Promise<CredentialFinder>])[] =
  [
    [/^INFLUX_PASSWORD /, async (text) => fromEnv({ env: { INFLUX_USERNAME: 'u', INFLUX_PASSWORD: text } })],
    [
      /^INFLUX_PASSWORD_FILE /,
      async (text) => fromEnv({ env: { INFLUX_USERNAME: 'u', INFLUX_PASSWORD_FILE: await file(text) } }),
    ],
    [/^The command \S+ /, async (text) => print(JSON.stringify({ username: 'u', password: text }))],
    [/^The keyring's /, async (text) => keyring(JSON.stringify({ username: 'u', password: text }))],
    [
      /^The password of \S+, machine localhost /,
      async (text) => {
        const quoted = text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
        return fromNetrc({ path: await file(`machine localhost login u password "${quoted}"`) })
      },
    ],
  ]

async function outcome(source: CredentialFinder): Promise<unknown> {
  try {
    return await source.get(CONTEXT)
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError)
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
    return error
  }
}

describe('a token', () => {
  test.each<[string, string]>([
    ['alone', SECRET],
    ['and a line end', `${SECRET}\n`],
    ['and a line end of Windows', `${SECRET}\r\n`],
    ['and a line end of old', `${SECRET}\r`],
    ['and several line ends', `${SECRET}\n\r\n\n`],
    ['between line ends', `\n\n${SECRET}\n`],
    ['between blanks', ` \t${SECRET}\t `],
    ['behind a byte order mark', `\u{feff}${SECRET}`],
    ['behind a byte order mark, before a line end', `\u{feff}${SECRET}\r\n`],
    ['and a blank that does not break', `${SECRET}\u{a0}\n`],
    // As InfluxDB 3's documentation has it: "Use a preconfigured admin token".
    [
      'in InfluxDB 3’s file',
      `{\n  "token": "${SECRET}",\n  "name": "_admin",\n  "expiry_millis": 1756400061529\n}\n`,
    ],
  ])('%s is that token at every source', async (_, text) => {
    for (const [, source] of TOKENS) {
      expect(await outcome(await source(text))).toEqual({ scheme: 'token', token: SECRET })
    }
  })

  test.each<[string, string, string]>([
    ['nothing but blanks', ' \r\n', 'is empty'],
    ['double quotes around it', `"${SECRET}"`, 'is in quotes'],
    ['single quotes around it', `'${SECRET}'\n`, 'is in quotes'],
    ['backquotes around it', `\`${SECRET}\``, 'is in quotes'],
    ['Token before it', `Token ${SECRET}`, 'name of a scheme'],
    ['bearer before it', `bearer ${SECRET}`, 'name of a scheme'],
    ['Basic before it', `Basic ${SECRET}`, 'name of a scheme'],
    ['a header before it', `Authorization: Token ${SECRET}`, 'whole header line'],
    ['another header before it', `proxy-authorization:Token ${SECRET}\n`, 'whole header line'],
    ['a variable before it', `INFLUX_TOKEN=${SECRET}`, 'name of a variable'],
    ['an export before it', `export INFLUX_TOKEN=${SECRET}\n`, 'name of a variable'],
    ['a line of TOML', `token = "${SECRET}"`, 'name of a variable'],
    ['a second line', `${SECRET}\n${SECRET}`, 'more than one line'],
    ['a blank in it', `${SECRET} ${SECRET}`, 'has a blank in it'],
    ['a NUL in it', `s\0${SECRET}`, 'NUL'],
    ['a control character in it', `${SECRET}\u{1b}[0m`, 'cannot be used'],
    ['a letter outside ASCII', `${SECRET}é`, 'cannot be used'],
  ])('with %s is refused at every source, which the message names', async (_, text, advice) => {
    for (const [place, source] of TOKENS) {
      const isToml = place.source.includes('profile')
      if (isToml && /[\0\u{1b}]/u.test(text)) continue // TOML has no such characters
      const error = (await outcome(await source(text))) as SourceError
      if (!text.trim() && /_FILE/.test(place.source)) {
        expect(error.message).toMatch(/^The file that \S+_FILE names is empty$/)
        continue
      }
      expect(error, place.source).toMatchObject({ code: 'ERR_SOURCE_INVALID' })
      expect(error.message).toMatch(place)
      expect(error.message).toContain(advice)
    }
  })

  test.each<[string, string, string]>([
    ['is no file of a token', `{"key":"${SECRET}"}`, 'is JSON'],
    ['does not end', `{"name":"_admin","token":"${SECRET}"`, 'is JSON'],
    ['has no text for it', `{"name":"_admin","token":["${SECRET}"]}`, 'is JSON'],
    ['has another scheme', `{"scheme":"bearer","token":"${SECRET}"}`, 'is JSON'],
    ['has a blank in it', `{"name":"_admin","token":"${SECRET} x"}`, 'has a blank in it'],
    ['has none', `{"name":"_admin","token":""}`, 'is empty'],
  ])('in JSON that %s is refused', async (_, text, advice) => {
    for (const source of [fromTokenFile(await file(text)), fromEnv({ env: { INFLUX_TOKEN: text } })]) {
      const error = (await outcome(source)) as SourceError
      expect([error.code, error.message]).toEqual(['ERR_SOURCE_INVALID', expect.stringContaining(advice)])
    }
  })

  test('that only looks like a line with a variable is taken', async () => {
    for (const token of ['mytoken==', 'token=', 'TOKEN_A', 'a.token/b', 'x"y', '"']) {
      for (const [, source] of TOKENS) expect(await outcome(await source(token))).toMatchObject({ token })
    }
  })

  test.each<[string, Buffer, string]>([
    ['UTF-16', Buffer.from(`\u{feff}${SECRET}`, 'utf16le'), 'is UTF-16: save it as UTF-8'],
    ['UTF-16 in network order', Buffer.from(`\u{feff}${SECRET}`, 'utf16le').swap16(), 'is UTF-16'],
    ['UTF-16 without a mark', Buffer.from(SECRET, 'utf16le'), 'UTF-8'],
    ['Latin-1', Buffer.from(`${SECRET}é`, 'latin1'), 'is not UTF-8'],
  ])('in %s is refused by every source that reads bytes', async (_, bytes, advice) => {
    const path = await file(bytes)
    const sources = [
      fromTokenFile(path),
      fromEnv({ env: { INFLUX_TOKEN_FILE: path } }),
      print(bytes.toString('base64'), 'base64'),
      fromInfluxConfigs({ path }),
      fromNetrc({ path }),
    ]
    for (const source of sources) {
      const error = (await outcome(source)) as SourceError
      const isText = advice === 'UTF-8' && !/token|environment|command/.test(source.source)
      expect(error.code, source.source).toBe(isText ? error.code : 'ERR_SOURCE_INVALID')
      if (!isText) expect(error.message).toContain(advice)
    }
  })
})

describe('a password', () => {
  test.each<[string, string, string]>([
    ['alone', 'p', 'p'],
    ['and a line end', 'p\n', 'p'],
    ['and a line end of Windows', 'p\r\n', 'p'],
    ['and several line ends', 'p\r\r\n\n', 'p'],
    ['with blanks of its own', ' p w ', ' p w '],
    ['with quotes of its own', '"p"', '"p"'],
    ['that looks like a header', 'Token p', 'Token p'],
    ['behind a byte order mark', '\u{feff}p\n', 'p'],
    ['of other letters', 'pä€😀:', 'pä€😀:'],
  ])('%s is that password at every source', async (_, text, password) => {
    for (const [, source] of PASSWORDS) {
      expect(await outcome(await source(text))).toEqual({ scheme: 'basic', username: 'u', password })
    }
  })

  test.each<[string, string]>([
    ['a NUL', 's3cret\0'],
    ['a line end within', 's3cret\nx'],
    ['a tab', 's3cret\tx'],
  ])('with %s is refused at every source, which the message names', async (_, text) => {
    for (const [place, source] of PASSWORDS) {
      const error = (await outcome(await source(text))) as SourceError
      expect(error).toMatchObject({ code: 'ERR_SOURCE_INVALID' })
      expect(error.message).toMatch(place)
    }
  })

  test('goes with no user name that holds a colon, which the message names', async () => {
    const error = await outcome(fromEnv({ env: { INFLUX_USERNAME: 'u:s3cret', INFLUX_PASSWORD: 'p' } }))
    expect(error).toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringMatching(/^INFLUX_USERNAME .*colon/),
    })
  })
})
