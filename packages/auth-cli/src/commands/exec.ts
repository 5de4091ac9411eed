// `fluxauth exec`: runs a command that finds the credential in its environment, where InfluxDB's own tools look for it.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { influxConfigsPath } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { UsageError, usage } from '../output/errors.ts'
import { findCredential } from '../profile/find-credential.ts'
import type { FoundCredential } from '../profile/from-environment.ts'
import { whereInfluxLooks } from '../profile/influx-cli.ts'

/** What says who one is: none of these is left over from another credential. */
const VARIABLES =
  /^(INFLUX_(TOKEN|HOST|ORG|USERNAME|PASSWORD|AUTH_SCHEME)|INFLUXDB3_(AUTH_TOKEN|HOST_URL))(_FILE)?$|^INFLUX_(ACTIVE_CONFIG|ORG_ID)$|^INFLUXDB_V2_(URL|TOKEN|ORG|AUTH_BASIC)$/
/** Headers that the influx CLI adds, with commas between: an `Authorization` of them would go in place of the one that it is told. */
const HEADERS = 'INFLUX_EXTRA_HTTP_HEADER'
const OF_CREDENTIAL = /^\s*(?:authorization|cookie)\s*:/i
/** Signals that are passed on; on a terminal the command gets Ctrl-C by itself, too. */
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const
/** Those of a terminal: they go to all of its processes, so that only the outcome is waited for. */
const OF_TERMINAL = ['SIGINT', 'SIGQUIT'] as const

export function execCommand(): Command {
  return new Command('exec')
    .description(
      'Run a command with INFLUX_TOKEN, INFLUX_HOST and INFLUX_ORG set (and the names of InfluxDB 3 and of the Python client); what it prints is its own.',
    )
    .argument('<command...>', 'after --')
    .addHelpText(`
The exit code is the command's own: 127 where there is none of that name, 126
where it cannot be run, and 128 and its number where a signal ended it.

Examples:
  $ fluxauth exec -- influx bucket list
  $ fluxauth exec --profile cloud -- python report.py`)
    .action(async ([name = '', ...args]: string[]) => {
      const found = await findCredential()
      // Loaded where it is needed: most have a token.
      if (found.credentials.scheme === 'basic') (await import('../profile/password.ts')).warnOfPassword(found)
      process.exitCode = await run(name, args, environmentFor(found))
    })
}

export function environmentFor({
  credentials,
  host,
  org,
}: Pick<FoundCredential, 'credentials' | 'host' | 'org'>): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !VARIABLES.test(name) && name !== HEADERS)
  const headers = process.env[HEADERS]?.split(',').filter((header) => !OF_CREDENTIAL.test(header))
  const secret =
    credentials.scheme === 'basic'
      ? { INFLUX_USERNAME: credentials.username, INFLUX_PASSWORD: credentials.password }
      : {
          INFLUX_TOKEN: credentials.token,
          INFLUXDB3_AUTH_TOKEN: credentials.token,
          INFLUXDB_V2_TOKEN: credentials.token,
          ...(credentials.scheme === 'bearer' && { INFLUX_AUTH_SCHEME: 'Bearer' }),
        }
  return {
    ...Object.fromEntries(rest),
    ...(headers?.length && { [HEADERS]: headers.join() }),
    // The influx CLI looks for profiles where we do.
    ...(whereInfluxLooks() && { INFLUX_CONFIGS_PATH: influxConfigsPath() }),
    ...secret,
    ...(host && { INFLUX_HOST: host, INFLUXDB3_HOST_URL: host, INFLUXDB_V2_URL: host }),
    ...(org && { INFLUX_ORG: org, INFLUXDB_V2_ORG: org }),
  }
}

export function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (name === '') throw usage('Name the command after --: fluxauth exec -- influx bucket list')
  return new Promise((resolve, reject) => {
    // First: what comes while it is started is for it, and would end this program alone.
    for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
    for (const signal of OF_TERMINAL) process.on(signal, () => undefined)
    const child = spawn(name, args, { stdio: 'inherit', env })
    child.on('error', ({ code }: NodeJS.ErrnoException) => {
      const isThere = code !== 'ENOENT'
      reject(
        new UsageError(
          'ERR_COMMAND',
          isThere ? `The command cannot be run (${code})` : 'There is no such command: is it on the PATH?',
          isThere ? 126 : 127,
        ),
      )
    })
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}
