// `fluxauth decode`: reads an Authorization value and says what is in it.

import {
  AuthError,
  type Credentials,
  decodeBasic,
  decodeToken,
  parseAuthorization,
  splitTokenPair,
} from '@fluxauth/auth-core'
import { acceptedBy } from '../accepted.ts'
import { Command, Option } from '../arguments/command.ts'
import { readHidden } from '../input/secret.ts'
import { UsageError } from '../output/errors.ts'
import { hang } from '../output/fold.ts'
import { note, printJson } from '../output/print.ts'
import { checkNever } from '../output/reveal.ts'
import { writeOut } from '../output/streams.ts'
import { style } from '../output/style.ts'
import { escapeControls } from '../output/terminal.ts'
import { warn } from '../output/warn.ts'
import { settings } from '../settings.ts'

interface Options {
  readonly reveal?: true
  readonly anyCase?: true
  readonly charset: 'utf-8' | 'latin1' | 'auto'
}

const REDACTED = '[redacted]'

export function decodeCommand(): Command {
  return new Command('decode')
    .description(
      'Read an Authorization value, or a whole header line, say what is in it, and which products take it.',
    )
    .argument('[value]', 'better on standard input: an argument stays in the history')
    .option('--reveal', 'show the password or token')
    .option('--any-case', 'take the word Token in any case, as InfluxDB v2 does')
    .addOption(
      new Option('--charset <name>', 'how bytes become characters')
        .choices(['utf-8', 'latin1', 'auto'])
        .default('utf-8'),
    )
    .addHelpText(`
Examples:
  $ echo 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' | fluxauth decode
  $ fluxauth decode --reveal --json < header.txt`)
    .action(async (argument: string | undefined, options: Options) => {
      if (options.reveal) checkNever('leave out --reveal')
      if (argument !== undefined) {
        warn(
          'The value stays in the history: give it on standard input, or paste it at the prompt of fluxauth decode',
        )
      }
      const text = (argument ?? (await readHidden('Authorization value'))).trim()
      if (!text)
        throw new UsageError(
          'ERR_INPUT_EMPTY',
          'Give the value on standard input, for example: fluxauth decode < header.txt',
        )
      // A pasted line, with or without its colon (influxdata/docs-v2#7328).
      const value = text.replace(/^(proxy-)?authorization(:\s*|\s+)/i, '')
      if (value !== text) note('Read as a whole header line; its name and colon are not part of the value.')
      const credentials = decode(value, options)
      const shown = describe(credentials, options.reveal ?? false)
      const isPair = credentials.scheme === 'token' && 'username' in shown
      const accepted = acceptedBy(credentials, value.split(' ', 1)[0] ?? '', isPair)
      if (settings().json) {
        printJson({ ...shown, accepted })
        return
      }
      for (const [name, part] of Object.entries(shown)) writeOut(line(name, part))
      if (accepted.length === 0) writeOut(line('taken by', 'no InfluxDB'))
      for (const [index, { title, paths }] of accepted.entries())
        writeOut(line(index === 0 ? 'taken by' : '', `${title}: ${paths.replace(/^all, .*$/, 'everywhere')}`))
    })
}

function line(name: string, part: string): string {
  return `${style('dim', (name && `${name}:`).padEnd(9))} ${hang(escapeControls(part, { lines: false }), 10)}`
}

/** What a value in Latin-1 is likely to come from, and to come to. */
const LATIN1 =
  'Not UTF-8, but Latin-1 perhaps, in which InfluxData’s clients for Python, Java and JavaScript write user names and passwords: InfluxDB 2 answers 401 to it. Write UTF-8, as fluxauth encode basic does, or take a password in ASCII'

function decode(value: string, { charset, anyCase }: Options): Credentials {
  if (/^basic\b/i.test(value)) {
    if (!isInUtf8(value)) {
      if (charset === 'utf-8')
        throw new UsageError('ERR_BASIC_CHARSET', `${LATIN1}. To read it here: --charset latin1`)
      warn(LATIN1)
    }
    return decodeBasic(value, { charset })
  }
  if (anyCase && /^token\b/i.test(value)) return decodeToken(value, { scheme: 'any-case' })
  return parseAuthorization(value)
}

/** Whether Basic's bytes are UTF-8; what is wrong with it otherwise is another matter. */
function isInUtf8(value: string): boolean {
  try {
    decodeBasic(value)
    return true
  } catch (error) {
    return !(error instanceof AuthError && error.code === 'ERR_BASIC_CHARSET')
  }
}

function describe(credentials: Credentials, reveal: boolean): Record<string, string> {
  const secret = (text: string) => (reveal ? text : REDACTED)
  if (credentials.scheme === 'basic') {
    return { scheme: 'basic', username: credentials.username, password: secret(credentials.password) }
  }
  const { scheme, token } = credentials
  const pair = scheme === 'token' ? splitTokenPair(token) : undefined
  return {
    scheme,
    token: secret(token),
    ...(pair && { username: pair.username, password: secret(pair.password) }),
  }
}
