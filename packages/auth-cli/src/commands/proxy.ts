// `fluxauth proxy`: an address on this machine that adds the credential, for programs that have a key which is good nowhere else.

import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTarget } from '@fluxauth/auth-core/client'
import { updateSecretFile } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { EXIT, NoCredentialError, UsageError, usage } from '../output/errors.ts'
import { done, jsonOf, note, print } from '../output/print.ts'
import { checkReveal, type RevealOptions } from '../output/reveal.ts'
import { toType } from '../output/shell.ts'
import { shownUrl } from '../output/shown-url.ts'
import { writeErr } from '../output/streams.ts'
import { escapeControls } from '../output/terminal.ts'
import { takesPasswordsAtSignIn } from '../profile/connect.ts'
import { findCredential } from '../profile/find-credential.ts'
import type { FoundCredential } from '../profile/from-environment.ts'
import { toKeepToken } from '../profile/password.ts'
import { settings } from '../settings.ts'
import { environmentFor, run } from './exec.ts'
import { type CurrentCredential, keepCurrent } from './proxy/credential.ts'
import { forward, tell } from './proxy/forward.ts'
import { refuse } from './proxy/gate.ts'

interface Options extends RevealOptions {
  readonly port: string
  readonly keyFile?: string
  readonly quiet?: true
  readonly allowInsecure?: true
}

export function proxyCommand(): Command {
  return new Command('proxy')
    .description(
      'Listen on this machine, and pass requests on to the server with the credential. Programs give the key of the proxy as their token: it is good here alone, and only as long as this runs.',
    )
    .argument(
      '[command...]',
      'after --: run it with the address and the key in its environment, and end with it',
    )
    .option('--port <number>', 'where to listen, on 127.0.0.1; 0 for any that is free', '0')
    .option('--key-file <file>', 'write the key to a file that its owner alone reads')
    .option('--reveal', 'print the key on a terminal, too')
    .option('--quiet', 'log nothing')
    .option('--allow-insecure', 'allow plain http to another machine')
    .addHelpText(`
The key is that of FLUXAUTH_PROXY_KEY, or else made up. Pages of a browser are
refused: by their Origin, by Sec-Fetch-Site, and by a Host that is not this
address. The log has no secret. A credential that the server refuses is looked
for anew, so that a token may be rotated meanwhile: what has no body is sent
once more with it.

Examples:
  $ fluxauth proxy -- python report.py
  $ fluxauth proxy --port 8087 --key-file key.txt
  $ fluxauth proxy --profile prod --quiet -- grafana server`)
    .action(proxy)
}

async function proxy(command: string[], options: Options): Promise<void> {
  const port = readPort(options.port)
  const found = await findCredential()
  const upstream = readUpstream(found, options)
  const key = readKey(command, options)
  if (options.keyFile !== undefined) await updateSecretFile(options.keyFile, () => `${key}\n`)
  const server = await listen(port, {
    upstream,
    key,
    credential: keepCurrent(found, (next) => isSameServer(next, upstream, options)),
    quiet: options.quiet,
  })
  const { port: actual } = server.address() as AddressInfo
  const host = `http://127.0.0.1:${actual}`
  try {
    if (command.length > 0) {
      const [name = '', ...args] = command
      const credentials = { scheme: 'token', token: key } as const
      process.exitCode = await run(name, args, environmentFor({ credentials, host, org: found.org }))
      return
    }
    // First: who is told where it listens may end it in that moment.
    const ended = interrupted()
    announce(host, upstream, key, options)
    process.exitCode = await ended
  } finally {
    server.close().closeAllConnections()
  }
}

function announce(host: string, upstream: string, key: string, { keyFile }: Options): void {
  const isShown = keyFile === undefined && !process.env.FLUXAUTH_PROXY_KEY
  print({ host, upstream, ...(isShown && { key }) }, () => [
    `INFLUX_HOST=${host}`,
    ...(isShown ? [`INFLUX_TOKEN=${key}`] : []),
  ])
  done(`${host} passes on to ${upstream}`)
  if (keyFile !== undefined) note(`Its key is in ${keyFile}.`)
  note('Ctrl-C ends it, and its key.')
}

function readPort(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (port >= 0 && port < 65_536) return port
  throw usage('--port takes a number from 0 to 65535')
}

/** Where it passes on to: the one server that the credential is for. */
function readUpstream(found: FoundCredential, { allowInsecure }: Options): string {
  const { host, source, credentials, product, profile } = found
  if (host === undefined) {
    throw new NoCredentialError(
      `${source} names no server: set INFLUX_HOST, or log in with ${toType('login')}`,
    )
  }
  if (credentials.scheme === 'basic' && product && takesPasswordsAtSignIn(product)) {
    throw usage(`A user name and password sign in alone there: have a token kept, with ${toKeepToken(found)}`)
  }
  const { origin, href } = new URL(host)
  createTarget({ origin, allowInsecure: allowInsecure ?? profile?.known?.allowInsecure }).resolve(href)
  return href.replace(/\/+$/, '')
}

function isSameServer(found: FoundCredential, upstream: string, options: Options): boolean {
  try {
    return readUpstream(found, options) === upstream
  } catch {
    return false
  }
}

function readKey(command: readonly string[], options: Options): string {
  const { FLUXAUTH_PROXY_KEY: given } = process.env
  if (given !== undefined && given !== '') {
    if (/^[!-9;-~]{16,200}$/.test(given)) return given
    throw new UsageError(
      'ERR_PROXY_KEY',
      'FLUXAUTH_PROXY_KEY is to be 16 to 200 characters of ASCII, without blanks and colons',
    )
  }
  if (command.length === 0 && options.keyFile === undefined) {
    checkReveal(options, 'run a command with it (fluxauth proxy -- COMMAND), or write it to a --key-file')
  }
  // Of letters and digits alone: with a hyphen before it, it would be taken for an option in a command line.
  return randomBytes(32).toString('hex')
}

interface Passage {
  readonly upstream: string
  readonly key: string
  readonly credential: CurrentCredential
  readonly quiet: true | undefined
}

function listen(port: number, { upstream, key, credential, quiet }: Passage): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { method = '', url: target = '/' } = request
    const log = (status: number): void => {
      if (quiet) return
      const shown = shownUrl(target)
      if (settings().json) writeErr(jsonOf({ request: { method, target: shown, status } }))
      else writeErr(escapeControls(`${method} ${shown} ${status}`, { lines: false }))
    }
    const url = locate(upstream, target)
    if (!url) {
      tell(response, 400, 'invalid', 'Give a path, which lies below that of the server')
      return log(400)
    }
    const { port: own } = server.address() as AddressInfo
    const refusal = refuse(request, { key, port: own, query: url.searchParams })
    if (refusal) {
      const { status, code, message } = refusal
      response.setHeader('connection', 'close')
      tell(response, status, code, message)
      return log(status)
    }
    // They would come before the header, and the key is good here alone.
    for (const name of ['u', 'p']) if (url.searchParams.has(name)) url.searchParams.delete(name)
    log(await forward(request, response, { url, credential }))
  })
  // Who writes for long, and who waits for long, is not cut off.
  server.requestTimeout = 0
  return new Promise((resolve, reject) => {
    server.on('error', ({ code }: NodeJS.ErrnoException) =>
      reject(
        new UsageError(
          'ERR_PROXY_PORT',
          code === 'EADDRINUSE'
            ? 'Somebody listens there already: choose another --port'
            : `It cannot listen there (${code})`,
        ),
      ),
    )
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** The address at the upstream; `undefined` for what is no path, or leads out of the one that the upstream has. */
function locate(upstream: string, target: string): URL | undefined {
  if (!target.startsWith('/') || !URL.canParse(upstream + target)) return undefined
  const [base, url] = [new URL(upstream), new URL(upstream + target)]
  const path = base.pathname.replace(/\/+$/, '')
  const isBelow = url.origin === base.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`))
  return isBelow ? url : undefined
}

function interrupted(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(EXIT.interrupted))
    process.once('SIGTERM', () => resolve(EXIT.ok))
  })
}
