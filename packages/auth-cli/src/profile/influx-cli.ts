// The influx CLI, which shares our profiles: where it looks for them, and what it cannot do with a login that is good here.

import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { homeFolder, influxConfigsPath } from '@fluxauth/auth-node'
import { quote } from '../output/shell.ts'
import type { Login } from './profiles.ts'

/** Where the influx CLI looks for profiles while we look elsewhere: it goes by the home folder of the account, whatever HOME says. */
export function whereInfluxLooks(): string | undefined {
  if (process.env.INFLUX_CONFIGS_PATH) return undefined
  try {
    const { homedir } = userInfo()
    return isSameFolder(homedir, homeFolder()) ? undefined : join(homedir, '.influxdbv2', 'configs')
  } catch {
    // There is no account, or no home folder: then it goes by HOME as well.
    return undefined
  }
}

function isSameFolder(one: string, other: string): boolean {
  const real = (path: string) => {
    try {
      return realpathSync(path)
    } catch {
      return path
    }
  }
  return real(one) === real(other)
}

/** What the influx CLI lacks to use a login that is kept, a sentence each: for people. */
export function whatInfluxLacks({
  name,
  url,
  credentials,
  place,
  org,
}: Pick<Login, 'name' | 'url' | 'credentials' | 'place' | 'org'>): string[] {
  const isBasic = credentials.scheme === 'basic'
  if (new URL(url).pathname !== '/') {
    const first = isBasic ? 'log in with --create-token, and ' : ''
    return [
      `The influx CLI leaves out the path of the address. For it, ${first}type: fluxauth proxy -- influx …`,
    ]
  }
  if (place !== 'file') {
    return [
      isBasic
        ? 'The influx CLI does not see it there, and takes no password from its environment. For it, log in with --create-token'
        : 'The influx CLI does not see it there. Run it as: fluxauth exec -- influx …',
    ]
  }
  const elsewhere = whereInfluxLooks()
  return [
    isBasic &&
      credentials.password.includes(':') &&
      'The influx CLI cannot use a password with a colon: it asks for it each time. For it, log in with --create-token',
    elsewhere &&
      `The influx CLI looks for profiles in ${elsewhere}, whatever HOME says. For it, type: export INFLUX_CONFIGS_PATH=${quote(influxConfigsPath())}`,
    org === undefined &&
      `The influx CLI wants an organization with most of its commands. For it, type: fluxauth profiles edit ${quote(name)} --org NAME`,
  ].filter((sentence) => typeof sentence === 'string')
}
