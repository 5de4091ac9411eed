// The real programs that tests talk to: where they are, and how to get them.

import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that tests talk to. */
export interface RealPart {
  /** What people call it. */
  readonly title: string
  /** The names its program may have. */
  readonly programs: readonly string[]
  /** A folder with one folder for each version of it, in which Debian keeps programs of this kind. */
  readonly versions?: string
  /** The environment variable that may hold the path of it. */
  readonly variable?: string
  /** What the program prints when it is asked what it is, where other programs have the same name. */
  readonly version?: RegExp
  /** How it is asked; `PROGRAM version` by default. */
  readonly ask?: readonly string[]
  /** How to get it, on one line. */
  readonly hint: string
}

/** The name of a program that tests talk to. */
export type RealPartName =
  | 'influxdb'
  | 'influxdb2'
  | 'influx'
  | 'telegraf'
  | 'nginx'
  | 'htpasswd'
  | 'curl'
  | 'chromium'
  | 'firefox'
  | 'webkit'
  | 'xvfb'
  | 'redis'
  | 'postgres'
  | 'initdb'
  | 'dbus'
  | 'keyring'
  | 'zsh'
  | 'fish'
  | 'python-client'
  | 'go-client'
  | 'bun'
  | 'deno'
  | 'workerd'
  | 'node22'
  | 'node24'
  | 'node26'

const RUNTIMES = 'bash tools/runtimes/prepare.sh, and what it prints on the PATH'

/** A version of Node beside the one that runs the tests. */
const node = (version: number): RealPart => ({
  title: `Node ${version}`,
  programs: [`node${version}`],
  version: new RegExp(`^v${version}\\.`),
  ask: ['--version'],
  hint: RUNTIMES,
})

/** The programs, by the name that {@link describeReal} takes. */
export const realParts: Readonly<Record<RealPartName, RealPart>> = {
  influxdb: {
    title: 'InfluxDB 1.6',
    programs: ['influxd'],
    version: /^InfluxDB v?1\./,
    hint: 'apt-get install influxdb (Debian 12)',
  },
  influxdb2: {
    title: 'InfluxDB 2',
    programs: ['influxd'],
    variable: 'FLUXAUTH_INFLUXD2',
    version: /^InfluxDB v?2\./,
    hint: 'InfluxData’s package influxdb2, or bash tools/influxd2/build.sh, and FLUXAUTH_INFLUXD2=path of influxd',
  },
  influx: {
    title: 'the influx CLI',
    programs: ['influx'],
    variable: 'FLUXAUTH_INFLUX',
    version: /^Influx CLI /,
    hint: 'InfluxData’s package influxdb2-cli, or bash tools/influx/build.sh, and FLUXAUTH_INFLUX=what it prints',
  },
  telegraf: {
    title: 'Telegraf',
    programs: ['telegraf'],
    variable: 'FLUXAUTH_TELEGRAF',
    version: /^Telegraf /,
    ask: ['--version'],
    hint: 'InfluxData’s package telegraf, or bash tools/telegraf/build.sh, and FLUXAUTH_TELEGRAF=what it prints',
  },
  nginx: { title: 'nginx', programs: ['nginx'], hint: 'apt-get install nginx' },
  htpasswd: { title: 'htpasswd', programs: ['htpasswd'], hint: 'apt-get install apache2-utils' },
  curl: { title: 'curl', programs: ['curl'], hint: 'apt-get install curl' },
  chromium: {
    title: 'Chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    hint: 'apt-get install chromium',
  },
  firefox: {
    title: 'Firefox',
    programs: ['firefox-esr', 'firefox'],
    hint: 'apt-get install firefox-esr (Debian) or firefox',
  },
  webkit: {
    title: 'WebKit',
    programs: ['WebKitWebDriver'],
    hint: 'apt-get install webkit2gtk-driver (Debian)',
  },
  xvfb: { title: 'a screen for WebKit', programs: ['Xvfb'], hint: 'apt-get install xvfb' },
  redis: {
    title: 'Redis',
    programs: ['redis-server', 'valkey-server'],
    hint: 'apt-get install redis-server',
  },
  postgres: {
    title: 'PostgreSQL',
    programs: ['postgres'],
    versions: '/usr/lib/postgresql',
    hint: 'apt-get install postgresql',
  },
  initdb: {
    title: 'PostgreSQL’s initdb',
    programs: ['initdb'],
    versions: '/usr/lib/postgresql',
    hint: 'apt-get install postgresql',
  },
  dbus: { title: 'D-Bus', programs: ['dbus-daemon'], hint: 'apt-get install dbus' },
  keyring: {
    title: 'GNOME Keyring',
    programs: ['gnome-keyring-daemon'],
    hint: 'apt-get install gnome-keyring',
  },
  zsh: { title: 'zsh', programs: ['zsh'], hint: 'apt-get install zsh' },
  fish: { title: 'fish', programs: ['fish'], hint: 'apt-get install fish' },
  'python-client': {
    title: 'Python with influxdb-client',
    programs: ['python3'],
    variable: 'FLUXAUTH_PYTHON',
    version: /^1\.50\./,
    ask: ['-c', 'import influxdb_client; print(influxdb_client.__version__)'],
    hint: 'apt-get install python3-venv (Debian), bash tools/clients/python/prepare.sh, and FLUXAUTH_PYTHON=what it prints',
  },
  'go-client': {
    title: 'a program with influxdb-client-go',
    programs: [],
    variable: 'FLUXAUTH_GO_CLIENT',
    hint: 'apt-get install golang-go (Debian), bash tools/clients/go/build.sh, and FLUXAUTH_GO_CLIENT=what it prints',
  },
  bun: { title: 'Bun', programs: ['bun'], hint: RUNTIMES },
  deno: { title: 'Deno', programs: ['deno'], hint: RUNTIMES },
  workerd: { title: 'Workers’ workerd', programs: ['workerd'], hint: RUNTIMES },
  node22: node(22),
  node24: node(24),
  node26: node(26),
}

/** Where the program is, or `undefined` when this machine has none. */
export function findPart(name: RealPartName): string | undefined {
  const part = realParts[name]
  const { programs, versions, variable } = part
  const named = variable && process.env[variable]
  if (named) return isExecutable(named) && isVersion(named, part) ? named : undefined
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/bin',
    ...versionsIn(versions),
  ]
  for (const program of programs) {
    const path = folders
      .filter(Boolean)
      .map((folder) => join(folder, program))
      .find((path) => isExecutable(path) && isVersion(path, part))
    if (path) return path
  }
  return undefined
}

/**
 * Where the program is.
 *
 * @throws {Error} with the way to get it
 */
export function requirePart(name: RealPartName): string {
  const path = findPart(name)
  if (path) return path
  throw new Error(`${realParts[name].title} is not on this machine. Get it with: ${realParts[name].hint}`)
}

/** The programs' folders of each version, the newest first. */
function versionsIn(folder: string | undefined): string[] {
  if (folder === undefined) return []
  try {
    const versions = readdirSync(folder).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(folder, version, 'bin'))
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const versionsSeen = new Map<string, string>()

/** Whether the program calls itself what is wanted; each is asked once. */
function isVersion(path: string, { version: wanted, ask = ['version'] }: RealPart): boolean {
  if (!wanted) return true
  const question = JSON.stringify([path, ...ask])
  let version = versionsSeen.get(question)
  if (version === undefined) {
    try {
      version = execFileSync(path, ask, { encoding: 'utf8', timeout: 10_000, stdio: 'pipe' })
    } catch {
      version = ''
    }
    versionsSeen.set(question, version)
  }
  return wanted.test(version)
}
