// Somebody who uses the built command: with a home of their own, on a terminal or in scripts, and whoever looks over their shoulder.

import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Typed, typeAsShown } from './type-as-shown.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
// That of util-linux, which Linux has everywhere: others take other options.
const SCRIPT = '/usr/bin/script'

/** Whether a terminal can be made here. */
export const hasTerminal: boolean = process.platform === 'linux' && existsSync(SCRIPT)

/** What came of a command. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How a command is run. */
export interface Circumstances {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

/** A person with a home. */
export class Person {
  readonly home: string
  /** All that was ever printed, and every command line that was seen while a command ran. */
  readonly seen: string[] = []

  private constructor(home: string) {
    this.home = home
  }

  static async arrive(): Promise<Person> {
    return new Person(await mkdtemp(join(tmpdir(), 'fluxauth-person-')))
  }

  leave(): Promise<void> {
    return rm(this.home, { recursive: true, force: true })
  }

  /** In a script: input and output are pipes. */
  run(args: readonly string[], { input = '', env = {} }: Circumstances = {}): Promise<Outcome> {
    return this.#spawn(process.execPath, [MAIN, ...args], env, (child) => child.stdin.end(input))
  }

  /** As a line of a shell, in which `fluxauth` is the built command. */
  inShell(line: string): Promise<Outcome> {
    const script = `fluxauth() { "${process.execPath}" "${MAIN}" "$@"; }; ${line}`
    return this.#spawn('bash', ['-c', script], {}, (child) => child.stdin.end())
  }

  /** On a terminal: types each text as soon as what is before it has been shown. Input and output are one. */
  async onTerminal(
    args: string,
    typed: Typed = [],
    env: Readonly<Record<string, string>> = {},
    columns = 100,
  ): Promise<Outcome> {
    return this.#spawn(
      SCRIPT,
      ['-qefc', `stty cols ${columns}; ${process.execPath} ${MAIN} ${args}`, '/dev/null'],
      { TERM: 'xterm', ...env },
      (child) => typeAsShown(child, typed),
    )
  }

  /** Where in this home a text lies, and what was seen that has it. */
  traces(secret: string): { readonly files: readonly string[]; readonly seen: readonly string[] } {
    const forms = [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]
    const has = (text: string) => forms.some((form) => text.includes(form))
    const files = readdirSync(this.home, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .filter((path) => has(readFileSync(path, 'utf8')))
    return { files: files.map((path) => path.slice(this.home.length + 1)), seen: this.seen.filter(has) }
  }

  #spawn(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    use: (child: ReturnType<typeof spawnPiped>) => void,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = spawnPiped(program, args, { HOME: this.home, NO_COLOR: '1', ...env })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      child.stdin.on('error', () => undefined)
      const family = new Set([child.pid ?? 0])
      const looks = setInterval(() => this.seen.push(...commandLines(family)), 15)
      use(child)
      child.on('close', (code) => {
        clearInterval(looks)
        this.seen.push(stdout, stderr)
        resolve({ code, stdout, stderr })
      })
    })
  }
}

function spawnPiped(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' })
}

/**
 * What every user of the machine can see of a command, and of what it started: of these alone, since other tests run beside this one.
 *
 * @param family the process of the command, and those that were found before; more are added
 */
function commandLines(family: Set<number>): string[] {
  if (process.platform !== 'linux') return []
  const read = (pid: number, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1')
    } catch {
      return '' // It has ended.
    }
  }
  // A process comes after the one that started it, but where the numbers began anew.
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  for (const pid of all.sort((a, b) => a - b)) {
    // pid (name, which may have anything in it) state ppid …
    const parent = Number(/\) \S (\d+) [^)]*$/.exec(read(pid, 'stat'))?.[1])
    if (family.has(parent)) family.add(pid)
  }
  return [...family].map((pid) => read(pid, 'cmdline'))
}
