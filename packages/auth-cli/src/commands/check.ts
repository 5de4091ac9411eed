// `fluxauth check`: why a request is refused. Walks from the address to the permission, and says the first thing that is wrong.

import { AuthError, type Credentials } from '@fluxauth/auth-core'
import { createTarget } from '@fluxauth/auth-core/client'
import { type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { Command, Option } from '../arguments/command.ts'
import { isSignIn } from '../endpoints.ts'
import { isAddress, parseAddress } from '../input/address.ts'
import { readHidden } from '../input/secret.ts'
import { EXIT, UsageError, usage } from '../output/errors.ts'
import { hang } from '../output/fold.ts'
import { fact, print } from '../output/print.ts'
import { toType } from '../output/shell.ts'
import { style } from '../output/style.ts'
import { escapeControls } from '../output/terminal.ts'
import { warn } from '../output/warn.ts'
import { takesPasswordsAtSignIn, withConnection } from '../profile/connect.ts'
import { findCredential, findHost } from '../profile/find-credential.ts'
import type { FoundCredential } from '../profile/from-environment.ts'
import { VERDICTS, verify } from '../profile/verify.ts'
import { checkCredential } from './check/credential.ts'
import { Finding, type Step } from './check/finding.ts'
import { checkToken, type GivenHeaders, readLines, readValue, type Sent } from './check/given.ts'
import { reach } from './check/reach.ts'
import { toSignIn } from './check/refusal.ts'
import { checkScheme } from './check/scheme.ts'

interface Options {
  readonly header?: true
  readonly product?: ProductName
  readonly allowInsecure?: true
}

const elsewhere = (credentials: Credentials | undefined, isGiven: boolean): string[] => [
  isGiven
    ? 'Where the program is refused all the same, it is often one of these:'
    : 'Where another program is refused with the same credential, have it looked at: fluxauth check URL --header < FILE. Often:',
  '- fetch in a page with mode: "no-cors" leaves out the header without a word; from another page, only a token goes along, and no cookie',
  '- btoa fails at characters beyond Latin-1, or writes them in it: new TextEncoder() first, or fluxauth encode basic',
  credentials?.scheme === 'basic'
    ? '- a password that was typed as an argument (curl --user) is in the shell’s history and was in the list of processes: it is good, and known. That history is not read here: set another, and give it by standard input'
    : `- a token that was typed as an argument (--token, curl -H) is in the shell’s history and was in the list of processes: it is good, and known. That history is not read here: ${isGiven ? 'replace it' : toType('tokens rotate')}, and give it by INFLUX_TOKEN or standard input`,
  '- a redirect to another host or port leaves out the header: use the address that it leads to',
]

export function checkCommand(): Command {
  return new Command('check')
    .description(
      'Find out why a request is refused: name, TLS, product, scheme, the credential as it is written, what stands in between, permission. Says the first thing that is wrong, and what to type.',
    )
    .argument('[url]', 'the address that refuses, or a path below the server; it is called with GET')
    .option('--header', 'check the header lines on standard input, as another program sends them')
    .addOption(
      new Option('--product <name>', 'which InfluxDB it is, where the server does not tell').choices(
        Object.keys(products),
      ),
    )
    .option('--allow-insecure', 'send the credential over plain http to another machine')
    .addHelpText(`
Examples:
  $ fluxauth check
  $ fluxauth check http://localhost:8086/api/v2/buckets
  $ fluxauth check http://localhost:8086/query --header < header.txt`)
    .action(check)
}

async function check(given: string | undefined, options: Options): Promise<void> {
  const steps: Step[] = []
  let finding: Finding | undefined
  let url: URL | undefined
  let credentials: Credentials | undefined
  try {
    url = await readUrl(given)
    credentials = await walk(url, given !== undefined, options, steps)
  } catch (error) {
    if (!(error instanceof Finding)) throw error
    finding = error
  }
  const told = finding && { code: finding.code, message: finding.message, fix: finding.fix }
  print({ url: url?.origin, good: finding === undefined, steps, finding: told }, () => [
    ...steps.map(({ name, says }) => fact(name, says, '✓ ')),
    ...(finding
      ? [
          hang(
            `${style('red', '✗')} ${escapeControls(finding.message, { lines: false })} ${style('dim', `[${finding.code}]`)}`,
            2,
          ),
          `  ${hang(escapeControls(finding.fix, { lines: false }), 2)}`,
        ]
      : [
          'Nothing is wrong from here.',
          ...elsewhere(credentials, options.header === true).map((line) => style('dim', hang(line, 0))),
        ]),
  ])
  process.exitCode = finding?.exitCode ?? EXIT.ok
}

/** @throws {UsageError} where there is none */
async function readUrl(given: string | undefined): Promise<URL> {
  const isWhole = given !== undefined && isAddress(given)
  const host = isWhole ? given : await findHost()
  if (host === undefined) throw usage('Name the address: fluxauth check http://localhost:8086/api/v2/buckets')
  const text =
    isWhole || given === undefined ? host : `${host.replace(/\/+$/, '')}/${given.replace(/^\/+/, '')}`
  const url = parseAddress(text)
  if (url.username || url.password) {
    throw new Finding(
      'ERR_URL_CREDENTIAL',
      'The address has a user name or password in it: some programs send it as Basic, and others refuse the address',
      `Take it out, and use ${toType('login')}`,
      EXIT.usage,
    )
  }
  if (url.searchParams.has('p')) {
    warn(
      'The p in the query is a credential: proxies write it into their logs, and this shell has it in its history',
    )
  }
  return url
}

async function walk(
  url: URL,
  isAsked: boolean,
  { header, product: named, allowInsecure: allowed }: Options,
  steps: Step[],
): Promise<Credentials | undefined> {
  const { found, credentials, headers } = header ? await readGiven() : await findGiven(url.origin, steps)
  const base = found?.host ?? baseOf(url)
  const product = named ?? found?.product
  const reached = await reach(base.replace(/\/+$/, ''), product, steps)
  const path = url.pathname.replace(/\/+$/, '')
  const isGiven = isAsked && path !== new URL(base).pathname.replace(/\/+$/, '')
  const sent: Sent = { base: base.replace(/\/+$/, ''), url, isGiven, credentials, headers }
  const kept = reached.product
  const isThere = isGiven && isSignIn(path)
  const signsIn =
    credentials?.scheme === 'basic' &&
    kept &&
    takesPasswordsAtSignIn(kept) &&
    (isThere || (found && !isGiven))
  if (!signsIn) checkScheme(sent, kept, steps)
  checkTarget(url, allowed ?? found?.profile?.known?.allowInsecure)
  if (!signsIn) {
    await checkCredential(sent, reached, steps)
    return credentials
  }
  const place = { source: 'the header', org: undefined, profile: undefined }
  const toSend = { ...place, ...found, host: sent.base, credentials, product: kept }
  await signIn(toSend, steps, { allowed, isThere })
  return credentials
}

/** @throws {Finding} where everyone on the way would read it */
function checkTarget({ origin, href }: URL, allowInsecure: boolean | undefined): void {
  try {
    createTarget({ origin, allowInsecure }).resolve(href)
  } catch (error) {
    if (!AuthError.is(error)) throw error
    throw new Finding(
      error.code,
      'Plain http shows the credential to everyone on the way: it was not sent',
      'Use https, or --allow-insecure for a network you trust',
      EXIT.usage,
    )
  }
}

/** Up to where InfluxDB's own paths begin. */
function baseOf({ origin, pathname }: URL): string {
  return (
    origin + pathname.replace(/\/(api\/v[23]|query|write|ping|health|signin)(\/.*)?$/, '').replace(/\/+$/, '')
  )
}

interface Given {
  readonly found: FoundCredential | undefined
  readonly credentials: Credentials | undefined
  readonly headers: GivenHeaders
}

async function readGiven(): Promise<Given> {
  const headers = readLines(await readHidden('Header lines'))
  const { authorization, cookie } = headers
  if (authorization === undefined && cookie === undefined) {
    throw new UsageError('ERR_INPUT_EMPTY', 'There is neither an Authorization nor a Cookie line')
  }
  const isOther = authorization !== undefined && !/^(basic|token|bearer)\b/i.test(authorization)
  const credentials =
    authorization === undefined || (isOther && cookie) ? undefined : readValue(authorization)
  if (credentials && credentials.scheme !== 'basic') checkToken(credentials.token, undefined)
  return { found: undefined, credentials, headers }
}

async function findGiven(origin: string, steps: Step[]): Promise<Given> {
  let found: FoundCredential
  try {
    found = await findCredential(origin)
  } catch (error) {
    if (!AuthError.is(error)) throw error
    throw new Finding(
      error.code,
      error.message,
      `Or have one that is right kept: ${toType('login')}`,
      EXIT.usage,
    )
  }
  const { credentials, source } = found
  const raw = process.env[source]
  if (raw !== undefined && /^(INFLUX_TOKEN|INFLUXDB3_AUTH_TOKEN)$/.test(source) && raw !== raw.trim()) {
    throw new Finding(
      'ERR_TOKEN_BLANKS',
      `${source} has white space or a line end around it: fluxauth drops it, and other programs send it`,
      `export ${source}="$(printf %s "$${source}" | tr -d '[:space:]')"`,
      EXIT.usage,
    )
  }
  if (credentials.scheme !== 'basic') checkToken(credentials.token, undefined)
  steps.push({ name: 'source', says: source })
  return { found, credentials, headers: { authorization: undefined, cookie: undefined } }
}

/** A user name and password, where they are for signing in. */
async function signIn(
  found: FoundCredential,
  steps: Step[],
  { allowed, isThere }: { readonly allowed: true | undefined; readonly isThere: boolean },
): Promise<void> {
  const again = toSignIn(found.host ?? 'URL', found.credentials)
  try {
    const { state } = await withConnection(found, verify, allowed)
    if (state !== 'good') throw new Finding('ERR_PASSWORD', VERDICTS[state], again)
    const elsewhere = isThere ? 'as Basic anywhere else' : 'as Basic'
    steps.push({ name: 'credential', says: `signs in; programs that send it ${elsewhere} are refused` })
  } catch (error) {
    const { reason } = error as { readonly reason?: string }
    if (reason !== 'credential') throw error
    throw new Finding('ERR_PASSWORD', 'User name or password is wrong', again)
  }
}
