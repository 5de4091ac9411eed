// `fluxauth login`: asks for a credential, tries it, and keeps it as a profile.

import type { Credentials } from '@fluxauth/auth-core'
import { createTarget } from '@fluxauth/auth-core/client'
import {
  authorizations,
  describePermissions,
  type Influx,
  InfluxError,
  type ProductName,
  products,
} from '@fluxauth/auth-core/influxdb'
import { Command, Option } from '../arguments/command.ts'
import { isTaken } from '../endpoints.ts'
import { repeated } from '../input/repeated.ts'
import { EXIT, UsageError, usage } from '../output/errors.ts'
import { done, note, printJson } from '../output/print.ts'
import { byAnother } from '../output/shell.ts'
import { warn } from '../output/warn.ts'
import { connect, PasswordError, takesPasswordsAtSignIn } from '../profile/connect.ts'
import { checkIsUp, findProduct, PATIENCE } from '../profile/find-product.ts'
import { whatInfluxLacks } from '../profile/influx-cli.ts'
import { isSameUrl, type Place } from '../profile/own-file.ts'
import { checkName, type Login, readProfiles, saveLogin } from '../profile/profiles.ts'
import { agreeToServer, type ReplaceOptions } from '../profile/replace.ts'
import { warnOfShadow } from '../profile/shadow.ts'
import {
  findPermissions,
  hasAuthorizations,
  VERDICTS,
  type Verdict,
  verify,
  whyUnknown,
} from '../profile/verify.ts'
import { settings } from '../settings.ts'
import { Finding } from './check/finding.ts'
import { checkToken } from './check/given.ts'
import { takeBack } from './left-on-server.ts'
import { createTokenInstead, type TokenInsteadOptions } from './login/create-token.ts'
import { choosePlace } from './login/place.ts'
import { readLoginSecret } from './login/secret.ts'
import { readServer } from './login/server.ts'
import { readExpiry, visibleOrgs } from './new-token.ts'

interface Options extends TokenInsteadOptions, ReplaceOptions {
  readonly user?: string
  readonly scheme?: 'token' | 'bearer' | 'basic'
  readonly product?: ProductName
  readonly org?: string
  readonly store?: Place
  readonly insecureStorage?: true
  readonly allowInsecure?: true
  readonly verify: boolean
}

export function loginCommand(): Command {
  return new Command('login')
    .description(
      'Sign in to a server: the credential is asked for, tried, and kept as a profile, which the influx CLI shares.',
    )
    .argument('[url]', 'the server, like http://localhost:8086; asked for where it is not given')
    .option('-u, --user <name>', 'user name; the password is asked for, or comes from standard input')
    .addOption(new Option('--scheme <name>', 'what the credential is').choices(['token', 'bearer', 'basic']))
    .addOption(
      new Option('--product <name>', 'which InfluxDB it is, where the server does not tell').choices(
        Object.keys(products),
      ),
    )
    .option('--org <name>', 'the organization')
    .addOption(
      new Option('--store <place>', 'where to keep the credential').choices(['keyring', 'memory', 'file']),
    )
    .option(
      '--insecure-storage',
      'do not ask before it is kept in plain text: with --store file, or where there is no keyring',
    )
    .option('--create-token', 'with a user name: make an API token, and keep that instead of the password')
    .option('--keep-password', 'with a user name: keep the password')
    .addOption(
      new Option('--permissions <what>', 'of the new token: everything in the organization, or buckets alone')
        .choices(['all', 'read', 'write', 'read-write'])
        .default('all'),
    )
    .option('--bucket <name>', 'of the new token: this bucket alone; repeat for more', repeated)
    .option('--description <text>', 'of the new token')
    .option(
      '--expires <days>',
      'of the new token: in how many days it is to be replaced; its description says so',
    )
    .option('--replace', 'do not ask where the profile that --profile names is for another server')
    .option('--allow-insecure', 'allow plain http to another machine')
    .option('--no-verify', 'keep the credential without trying it')
    .addHelpText(`
Without a terminal the secret comes from standard input, or else from the
environment (INFLUX_TOKEN, INFLUX_PASSWORD …, each also with _FILE). It is kept
in the profile that --profile names, or else in that of the server; a new one
is called "default", or as its host. A profile of another server is replaced
only where you agree, or say --replace.

Examples:
  $ fluxauth login http://localhost:8086
  $ fluxauth login https://eu-central-1-1.aws.cloud2.influxdata.com --profile cloud < token.txt
  $ fluxauth login http://localhost:8086 --user zoe --create-token --permissions read --bucket weather`)
    .action(login)
}

async function login(address: string | undefined, options: Options): Promise<void> {
  if (options.createToken && options.keepPassword) throw usage('Use either --create-token or --keep-password')
  if (options.user !== undefined && /^(token|bearer)$/.test(options.scheme ?? ''))
    throw usage('--user is for --scheme basic')
  if (options.user?.includes(':'))
    throw usage('--user takes the name alone: a password here stays in the history')
  readExpiry(options.expires) // before anything is asked
  const { allowInsecure } = options
  const url = await readServer(address)
  const { origin } = new URL(url)
  createTarget({ origin, allowInsecure }).resolve(url)
  const { profile: given } = settings()
  const named = given === undefined ? undefined : (await readProfiles()).get(given)
  if (named) await agreeToServer(named, url, options)
  else if (given !== undefined) checkName(given)

  const detected = options.product
    ? { product: options.product, version: undefined, sure: 'certain', why: '--product says so' }
    : await findProduct(url, allowInsecure)
  const { product } = detected
  if (!product && options.verify) await checkIsUp(url)
  const title = product ? products[product].title : 'No InfluxDB that is known'
  note(
    `${title}${detected.version ? ` (${detected.version})` : ''} at ${origin}${detected.sure === 'certain' ? '' : `: ${detected.why}`}`,
  )

  if (!product && options.verify) {
    throw new UsageError(
      'ERR_PRODUCT_UNKNOWN',
      `What answers at ${url} does not say that it is InfluxDB. ${new URL(url).pathname === '/' ? '' : 'Leave out the path, where it is none that InfluxDB lies below. '}If the address is right, name what it is with --product; nothing was sent to it`,
    )
  }
  // Before the secret is asked for, and before a token is made: one that could not be kept would be typed, or left behind, for nothing.
  const place = await choosePlace(options)
  const credentials = await readLoginSecret(origin, product, options)
  checkTaken(credentials, product, options)
  const first = {
    credentials,
    source: 'what was given',
    host: url,
    org: options.org,
    product,
    profile: undefined,
  }
  const connection = await connect(first, allowInsecure, PATIENCE).catch((error) => {
    throw error instanceof PasswordError ? refused({ state: 'unknown' }, credentials, product) : error
  })
  try {
    const verdict: Verdict = options.verify
      ? await verify(connection)
      : { state: 'not-checked', why: '--no-verify' }
    if (verdict.state !== 'good' && verdict.state !== 'not-checked')
      throw refused(verdict, credentials, product)
    if (verdict.state === 'not-checked') warn(`The credential was not tried: ${verdict.why}`)

    const { influx } = connection
    const name = settings().profile ?? (await nameFor(url))
    const made =
      influx.credential === 'session'
        ? await createTokenInstead(influx, options).catch((error) => {
            throw mayNotMake(error)
          })
        : undefined
    const kept: Credentials = made ? { scheme: 'token', token: made.token } : credentials
    const own =
      kept.scheme === 'basic' || made || verdict.state !== 'good'
        ? undefined
        : await findPermissions(influx, undefined)
    const authorization = (made ?? own)?.authorization
    const isOperator = own?.isOperator ?? false
    const login: Login = {
      name,
      url,
      org: options.org ?? made?.org.name ?? authorization?.org ?? (await onlyOrg(connection, verdict)),
      credentials: kept,
      place,
      product,
      username: kept.scheme === 'basic' ? kept.username : verdict.user?.name,
      authorization: authorization?.id,
      isOperator,
      may: authorization && describePermissions(authorization.permissions),
      replaceBy: made?.replaceBy,
      allowInsecure,
    }
    let where: string
    try {
      where = await saveLogin(login)
    } catch (error) {
      if (made) {
        const { id } = made.authorization
        await takeBack(id, () => authorizations.delete(influx, id), byAnother(`tokens delete ${id}`))
      }
      throw error
    }
    await report({ login, where, verdict })
    const isUnknown = kept.scheme !== 'basic' && verdict.state === 'good' && !authorization
    const why = isUnknown ? await whyUnknown(connection) : undefined
    if (why) note(`What it may do is not known: ${why}`)
  } finally {
    await connection.end()
  }
}

/** A member of an organization may not make tokens, which is no fault of the password. */
function mayNotMake(error: unknown): unknown {
  if (!(error instanceof InfluxError) || error.reason !== 'permission') return error
  return new UsageError(
    error.code,
    `The user name and password are good, and may make no such token (${error.serverMessage ?? error.status}): an owner of the organization may. Sign in with one that an owner has made, or say --keep-password. Nothing was kept`,
    EXIT.refused,
  )
}

/**
 * Refuses what could not come to anything, before it is sent.
 *
 * @throws {UsageError} `ERR_SCHEME` for a scheme that the product does not take, `ERR_USAGE` for `--create-token` where none can be made
 */
function checkTaken(
  credentials: Credentials,
  product: ProductName | undefined,
  { createToken, verify: isTried }: Options,
): void {
  const { scheme } = credentials
  const title = product && products[product].title
  const signsIn = scheme === 'basic' && product !== undefined && takesPasswordsAtSignIn(product)
  if (isTried && product && !isTaken(credentials, products[product].api) && !signsIn) {
    throw new UsageError(
      'ERR_SCHEME',
      scheme === 'basic'
        ? `${title} takes no user name and password: give a token, without --user. Nothing was sent`
        : `${title} takes no token, but a user name and password: give them, with --user NAME. Nothing was sent`,
    )
  }
  if (!createToken || signsIn) return
  throw usage(
    scheme === 'basic'
      ? `Tokens are made for a user name and password of InfluxDB 2 or Cloud${title ? `, and this is ${title}` : ''}: leave out --create-token. Nothing was sent`
      : '--create-token is for a user name and password, with --user NAME: leave it out to keep a token. Nothing was sent',
  )
}

function refused(verdict: Verdict, credentials: Credentials, product: ProductName | undefined): UsageError {
  const isBasic = credentials.scheme === 'basic'
  const advice = verdict.state === 'unknown' ? whyRefused(credentials, product) : ''
  return new UsageError(
    'ERR_LOGIN_REFUSED',
    `${isBasic ? 'The credential' : 'The token'} is not taken (${VERDICTS[verdict.state]})${advice}. Nothing was kept`,
    EXIT.refused,
  )
}

/** What is seen of a credential that the server does not know, with a colon before it. */
function whyRefused(credentials: Credentials, product: ProductName | undefined): string {
  if (credentials.scheme === 'basic') {
    const isToken = product !== undefined && String(products[product].api.basic).includes('token')
    return `: wrong user name or password${isToken ? `, for which ${products[product].title} takes a token` : ''}`
  }
  try {
    checkToken(credentials.token, product)
    return ''
  } catch (error) {
    if (!(error instanceof Finding)) throw error
    return `: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`
  }
}

/**
 * A profile that is for this server already, the one that is in use before others; else a name that nobody has: `default`, the host's, or
 * that with its port.
 *
 * @throws {UsageError} `ERR_PROFILE_EXISTS` where each is another server's
 */
async function nameFor(url: string): Promise<string> {
  const profiles = await readProfiles()
  const { hostname, host } = new URL(url)
  const activeFirst = [...profiles.values()].sort((one, other) => Number(other.active) - Number(one.active))
  const same = activeFirst.find((profile) => isSameUrl(url, profile.url))
  if (same) return same.name
  const free = ['default', hostname, host.replaceAll(':', '-')].find((name) => !profiles.has(name))
  if (free !== undefined) return free
  throw new UsageError(
    'ERR_PROFILE_EXISTS',
    'Each name that this one would get is that of another server’s profile: give it one with --profile',
  )
}

/** The organization of who may see one alone, where nothing else tells: it is none of the login's where that fails. */
async function onlyOrg(
  { influx, product }: { readonly influx: Influx; readonly product: ProductName | undefined },
  { state }: Verdict,
): Promise<string | undefined> {
  if (state !== 'good' || product === undefined || !hasAuthorizations(product)) return undefined
  try {
    const [only, ...others] = await visibleOrgs(influx)
    return others.length === 0 ? only?.name : undefined
  } catch (error) {
    if (error instanceof InfluxError) return undefined
    throw error
  }
}

async function report({
  login,
  where,
  verdict,
}: {
  readonly login: Login
  readonly where: string
  readonly verdict: Verdict
}): Promise<void> {
  const { name, url, product, place, credentials, isOperator = false } = login
  const { scheme } = credentials
  const who = verdict.user?.name ?? (scheme === 'basic' ? credentials.username : undefined)
  if (settings().json) {
    const { state } = verdict
    printJson({ profile: name, url, product, scheme, place, where, state, user: who, isOperator })
  }
  done(`Signed in to ${url}${who ? ` as ${who}` : ''}: profile ${name}, its credential in ${where}`)
  if (isOperator)
    warn(
      `This is an operator token: it may do everything in every organization. For daily use make one that may less${product === 'v3' ? '' : ': fluxauth tokens create --permissions read --into NAME'}`,
    )
  if (product === undefined || hasAuthorizations(product))
    for (const sentence of whatInfluxLacks(login)) note(sentence)
  await warnOfShadow('this login', name, url)
}
