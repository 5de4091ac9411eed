// `fluxauth request`: calls a server with a credential, and shows what happened without it.

import { readFile } from 'node:fs/promises'
import { type Credentials, redactHeaders, redactUrl } from '@fluxauth/auth-core'
import { authFetch } from '@fluxauth/auth-node'
import { Command } from 'commander'
import { readSecret } from '../input/secret.ts'
import { EXIT, UsageError } from '../output/errors.ts'
import { style } from '../output/style.ts'

interface Options {
  readonly user?: string
  readonly tokenStdin?: true
  readonly bearer?: true
  readonly data?: string
  readonly header: readonly string[]
  readonly include?: true
  readonly verbose?: true
  readonly json?: true
  readonly reveal?: true
  readonly timeout: string
  readonly allowInsecure?: true
}

export function requestCommand(): Command {
  return new Command('request')
    .description(
      'Call a server with Basic, Token or Bearer. The credential goes to the origin of the URL alone.',
    )
    .argument('<method>', 'GET, POST, PUT, PATCH, DELETE or HEAD')
    .argument('<url>', 'whole, or a path below INFLUX_HOST')
    .option('-u, --user <name>', 'Basic: the password from INFLUX_PASSWORD, standard input or a prompt')
    .option('--token-stdin', 'Token: from standard input; else from INFLUX_TOKEN')
    .option('--bearer', 'send the token as Bearer')
    .option('-d, --data <text>', 'the body, or @file')
    .option(
      '-H, --header <line>',
      "another header, 'Name: value'; repeat for more",
      (line, all: string[]) => [...all, line],
      [],
    )
    .option('-i, --include', 'show status and headers of the answer, redacted')
    .option('-v, --verbose', 'show the request as well, redacted, on standard error')
    .option('--json', 'print {"request", "response"}, redacted')
    .option('--reveal', 'show tokens in the answer of /api/v2/authorizations')
    .option('--timeout <seconds>', 'longest wait', '30')
    .option('--allow-insecure', 'allow plain http to another machine')
    .addHelpText(
      'after',
      `
Examples:
  $ INFLUX_TOKEN=$(cat token.txt) fluxauth request GET http://localhost:8086/api/v2/buckets
  $ fluxauth request POST http://localhost:8086/api/v2/signin --user zoe --include < password.txt
  $ fluxauth request GET http://localhost:8086/api/v2/me --token-stdin --json < token.txt`,
    )
    .action(run)
}

async function run(method: string, target: string, options: Options): Promise<void> {
  const url = readUrl(target)
  const credentials = await readCredentials(options)
  const headers = readHeaders(options.header)
  const body = options.data?.startsWith('@') ? await readBody(options.data.slice(1)) : options.data
  const seconds = Number(options.timeout)
  if (!(seconds > 0)) throw new UsageError('ERR_USAGE', '--timeout must be a number of seconds')
  const call = authFetch({
    origin: url.origin,
    credentials,
    allowInsecure: options.allowInsecure,
    // The request as it leaves: its header is shown redacted.
    fetch: (input, init) => {
      if (options.verbose) {
        console.error(style('cyan', `> ${method.toUpperCase()} ${redactUrl(String(input))}`))
        printHeaders('>', new Headers(init?.headers), console.error)
      }
      return fetch(input, init)
    },
  })
  const init = {
    method: method.toUpperCase(),
    headers,
    signal: AbortSignal.timeout(seconds * 1000),
    ...(body && { body }),
  }
  const response = await call(url, init)
  await show(response, method, url, options)
  if (!response.ok) explain(response, credentials)
  process.exitCode = exitCode(response)
}

function readUrl(target: string): URL {
  try {
    return new URL(target, process.env.INFLUX_HOST || undefined)
  } catch {
    throw new UsageError('ERR_USAGE', 'Give a whole URL, or set INFLUX_HOST for a path below it')
  }
}

async function readCredentials({ user, tokenStdin, bearer }: Options): Promise<Credentials> {
  if (user !== undefined && tokenStdin)
    throw new UsageError('ERR_USAGE', 'Use either --user or --token-stdin')
  if (user?.includes(':')) {
    throw new UsageError(
      'ERR_USAGE',
      '--user takes the name alone: a password here stays in the history. Give it on standard input',
    )
  }
  if (user !== undefined) {
    return {
      scheme: 'basic',
      username: user,
      password: process.env.INFLUX_PASSWORD ?? (await readSecret('Password')),
    }
  }
  const token = tokenStdin ? await readSecret('Token') : process.env.INFLUX_TOKEN
  if (!token) throw new UsageError('ERR_USAGE', 'No credential: use --user, --token-stdin or INFLUX_TOKEN')
  return { scheme: bearer ? 'bearer' : 'token', token }
}

function readHeaders(lines: readonly string[]): Headers {
  const headers = new Headers()
  for (const line of lines) {
    const [name = '', ...rest] = line.split(':')
    if (/^(proxy-)?authorization$/i.test(name.trim())) {
      throw new UsageError(
        'ERR_USAGE',
        'The credential is no --header: use --user, --token-stdin or INFLUX_TOKEN',
      )
    }
    try {
      headers.append(name.trim(), rest.join(':').trim())
    } catch {
      throw new UsageError('ERR_USAGE', "A --header is written like 'Name: value'")
    }
  }
  return headers
}

async function readBody(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch {
    throw new UsageError('ERR_USAGE', 'The file of --data cannot be read')
  }
}

async function show(response: Response, method: string, url: URL, options: Options): Promise<void> {
  const text = await response.text()
  const body = options.reveal ? text : redactTokens(text)
  const headers = redactHeaders(response.headers)
  if (options.json) {
    const request = { method: method.toUpperCase(), url: redactUrl(url) }
    const answer = { status: response.status, headers: Object.fromEntries(headers), body: parse(body) }
    console.log(JSON.stringify({ request, response: answer }, null, 2))
    return
  }
  if (options.include) {
    console.log(style(response.ok ? 'green' : 'red', `< ${response.status} ${response.statusText}`.trimEnd()))
    printHeaders('<', headers, console.log)
  }
  if (body) process.stdout.write(body.endsWith('\n') ? body : `${body}\n`)
}

function printHeaders(direction: string, headers: Headers, print: (line: string) => void): void {
  for (const [name, value] of redactHeaders(headers))
    print(`${style('cyan', direction)} ${style('dim', `${name}:`)} ${value}`)
}

/** The body without the values of JSON members called `token`: InfluxDB's answers about authorizations hold them. */
function redactTokens(text: string): string {
  if (!/"token"\s*:/.test(text)) return text
  const json = parse(text)
  return json === text ? text : JSON.stringify(json, (key, value) => (key === 'token' ? '[redacted]' : value))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function exitCode({ ok, status }: Response): number {
  if (ok) return EXIT.ok
  return status === 401 || status === 403 ? EXIT.refused : EXIT.http
}

/** Says what a refusal usually means, since each product answers 401 for reasons of its own. */
function explain({ status }: Response, { scheme }: Credentials): void {
  if (status !== 401 && status !== 403) return
  const hint =
    status === 403
      ? 'The credential is known, but may not do this: see its permissions.'
      : scheme === 'basic'
        ? 'Wrong user name or password; or an API of InfluxDB v2, which takes Basic at /api/v2/signin alone: use a token.'
        : 'Wrong or inactive token; or InfluxDB 1.x, which takes Basic: use --user.'
  console.error(style('dim', hint))
}
