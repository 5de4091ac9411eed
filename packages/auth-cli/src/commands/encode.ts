// `fluxauth encode`: writes an Authorization value.

import { encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import { Command, Option } from '../arguments/command.ts'
import { readPassword, readToken } from '../input/secret.ts'
import { printJson } from '../output/print.ts'
import { writeOut } from '../output/streams.ts'
import { settings } from '../settings.ts'

interface Options {
  readonly header?: true
  readonly proxy?: true
}

interface BasicOptions extends Options {
  readonly user: string
  readonly charset: 'utf-8' | 'latin1'
  readonly allowEmpty?: true
}

/** Prints a value alone, as a header line, or as JSON. */
function print(value: string, { header, proxy }: Options): void {
  const name = proxy ? 'Proxy-Authorization' : 'Authorization'
  if (settings().json) printJson({ header: name, value })
  else writeOut(header || proxy ? `${name}: ${value}` : value)
}

function schemeCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--header', 'print the whole header line')
    .option('--proxy', 'print a Proxy-Authorization header line')
}

export function encodeCommand(): Command {
  const basic = schemeCommand('basic', 'User name and password; the password from standard input or a prompt')
    .requiredOption('-u, --user <name>', 'user name; on Cloud Serverless the e-mail address')
    .addOption(
      new Option('--charset <name>', 'how characters become bytes')
        .choices(['utf-8', 'latin1'])
        .default('utf-8'),
    )
    .option('--allow-empty', 'take an empty password')
    .action(async (options: BasicOptions) => {
      const { user, charset, allowEmpty } = options
      print(encodeBasic(user, await readPassword(allowEmpty), { charset }), options)
    })
  const token = schemeCommand('token', 'API token, from standard input or a prompt').action(
    async (options: Options) => {
      print(encodeToken(await readToken()), options)
    },
  )
  const bearer = schemeCommand('bearer', 'The same as Bearer, for InfluxDB v2 and v3').action(
    async (options: Options) => {
      print(encodeBearer(await readToken()), options)
    },
  )
  return new Command('encode')
    .description(
      'Write an Authorization value. It goes to standard output, and is as secret as what it is made of.',
    )
    .addCommand(basic)
    .addCommand(token)
    .addCommand(bearer)
    .addHelpText(`
Examples:
  $ fluxauth encode basic --user zoe < password.txt
  $ fluxauth encode token --header < token.txt`)
}
