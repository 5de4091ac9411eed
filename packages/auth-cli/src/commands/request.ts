// `fluxauth request`: calls a server with a credential, and shows what happened without it.

import { createTarget } from '@fluxauth/auth-core/client'
import { authFetch } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { isCompatible, isSignIn } from '../endpoints.ts'
import { repeated } from '../input/repeated.ts'
import { EXIT, usage } from '../output/errors.ts'
import { checkNever } from '../output/reveal.ts'
import { shownUrl } from '../output/shown-url.ts'
import { style } from '../output/style.ts'
import { escapeControls } from '../output/terminal.ts'
import { connect } from '../profile/connect.ts'
import { settings } from '../settings.ts'
import { type AnswerOptions, printHeaders, writeAnswer } from './request/answer.ts'
import { type CredentialOptions, readCredentials } from './request/credentials.ts'
import { explain, readRefusal } from './request/explain.ts'
import { readBody, readHeaders, readMethod, readTarget, readTimeout, typeOfBody } from './request/input.ts'

interface Options extends CredentialOptions, AnswerOptions {
  readonly data?: string
  readonly header?: readonly string[]
  readonly verbose?: true
  readonly timeout: string
  readonly allowInsecure?: true
}

export function requestCommand(): Command {
  return new Command('request')
    .description(
      'Call a server with the credential of the environment or of the profile, or with one that is given. It goes to the origin of the URL alone, and what the environment or a profile has to the server that it is for.',
    )
    .argument('<method>', 'GET, POST, PUT, PATCH, DELETE or HEAD')
    .argument('<url>', 'whole, or a path below INFLUX_HOST or the profile’s server')
    .option('-u, --user <name>', 'Basic: the password from INFLUX_PASSWORD, standard input or a prompt')
    .option('--token-stdin', 'Token: from standard input or a prompt')
    .option('--bearer', 'send the token as Bearer')
    .option('--allow-empty', 'take an empty password')
    .option('-d, --data <text>', 'the body; or @file, or @- for standard input')
    .option(
      '-H, --header <line>',
      "another header, 'Name: value', or @file with lines of them; repeat for more",
      repeated,
    )
    .option('-i, --include', 'show status and headers of the answer, redacted')
    .option('-v, --verbose', 'show the request as well, redacted, on standard error')
    .option('-o, --output <file>', 'write the body to a file; a new one is for its owner alone')
    .option('--reveal', 'leave the body as it is: show the tokens and passwords in it')
    .option('--timeout <seconds>', 'longest wait', '30')
    .option('--allow-insecure', 'allow plain http to another machine')
    .addHelpText(`
Environment: INFLUX_HOST, INFLUX_TOKEN, INFLUX_AUTH_SCHEME, INFLUX_USERNAME,
INFLUX_PASSWORD, INFLUXDB3_HOST_URL, INFLUXDB3_AUTH_TOKEN; each with _FILE
added names a file that holds the value.

Examples:
  $ fluxauth request GET /api/v2/buckets --profile cloud
  $ INFLUX_TOKEN=$(cat token.txt) fluxauth request GET http://localhost:8086/api/v2/buckets
  $ fluxauth request POST http://localhost:8086/api/v2/signin --user zoe --include < password.txt
  $ fluxauth request GET http://localhost:8086/api/v2/me --token-stdin --json < token.txt`)
    .action(run)
}

async function run(givenMethod: string, target: string, options: Options): Promise<void> {
  if (settings().json && options.output !== undefined) throw usage('Use either --json or --output')
  if (options.reveal) checkNever('leave out --reveal')
  const method = readMethod(givenMethod)
  const timeout = readTimeout(options.timeout)
  const url = await readTarget(target)
  // Before anybody is asked for a secret that could not be sent.
  if (options.user !== undefined || options.tokenStdin) checkTarget(url, options.allowInsecure)
  const headers = await readHeaders(options.header ?? [])
  const body = await readBody(options.data, method)
  const type = typeOfBody(url.pathname, body)
  if (type && !headers.has('content-type')) headers.set('content-type', type)
  const found = await readCredentials(url.origin, options).catch((error) => {
    // Where none is found either, this is what is wrong first.
    checkTarget(url, options.allowInsecure)
    throw error
  })
  const { credentials } = found
  // As every command does that goes by a profile.
  const allowInsecure = options.allowInsecure ?? found.profile?.known?.allowInsecure
  checkTarget(url, allowInsecure)
  const session = await signInFor(found, url, allowInsecure)
  let isSent = false
  let lastUrl = url.href
  // Each request as it leaves, redirects included.
  const send: typeof fetch = (input, init) => {
    const sent = new Headers(init?.headers)
    isSent = sent.has('authorization') || sent.has('cookie')
    lastUrl = String(input)
    if (options.verbose) {
      console.error(style('cyan', `> ${init?.method ?? method} ${escapeControls(shownUrl(lastUrl))}`))
      printHeaders('>', sent, console.error)
    }
    return fetch(input, init)
  }
  const call = session ? send : authFetch({ origin: url.origin, credentials, allowInsecure, fetch: send })
  const signal = AbortSignal.timeout(timeout)
  if (session) headers.set('cookie', session.cookie)
  const init = { method, headers, signal, ...(body !== undefined && { body }) }
  // A cookie that is set by hand would go along wherever a redirect leads.
  const response = await call(url, session ? { ...init, redirect: 'manual' } : init).finally(session?.end)
  const said = readRefusal(response)
  const hasBody = await writeAnswer(response, { method, url }, options)
  const isShown = hasBody || options.include === true || settings().json === true
  if (!response.ok) {
    const { scheme } = credentials
    explain(response, await said, { scheme, isSent, isShown, url: new URL(lastUrl) })
  }
  process.exitCode = exitCode(response)
}

/** @throws {TargetError} `ERR_TARGET_INSECURE` */
function checkTarget({ origin, href }: URL, allowInsecure: boolean | undefined): void {
  createTarget({ origin, allowInsecure }).resolve(href)
}

/** A user name and password that a profile keeps are for signing in: a session for this request, where the path takes no Basic. */
async function signInFor(
  found: Awaited<ReturnType<typeof readCredentials>>,
  { pathname }: URL,
  allowInsecure: boolean | undefined,
): Promise<{ readonly cookie: string; end(): Promise<void> } | undefined> {
  const { credentials, profile, source, host } = found
  if (credentials.scheme !== 'basic' || !profile || !source || !host) return undefined
  if (isSignIn(pathname) || isCompatible(pathname)) return undefined
  const product = profile.known?.product
  const signedIn = { ...found, source, host, profile, org: profile.org, product }
  const { influx, end } = await connect(signedIn, allowInsecure)
  const cookie = influx.session?.cookie()
  return cookie === undefined ? undefined : { cookie, end }
}

function exitCode({ ok, status }: Response): number {
  if (ok) return EXIT.ok
  return status === 401 || status === 403 ? EXIT.refused : EXIT.http
}
