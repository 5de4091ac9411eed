// The commands of `fluxauth`, what its help says of all of them, and how they are run: only the one that is asked for is loaded.

import { Command } from './arguments/command.ts'
import { type Given, readUsual } from './arguments/read-usual.ts'
import { EXIT, UsageError } from './output/errors.ts'
import { type Settings, setSettings, settings } from './settings.ts'

/** A command that is not loaded: its name, what help says of it, and where it is. */
interface Listed {
  readonly name: string
  readonly summary: string
  /** Whether it is for other programs alone. */
  readonly isHidden?: true
  readonly load: () => Promise<Command>
}

const COMMANDS: readonly Listed[] = [
  {
    name: 'login',
    summary: 'sign in to a server, and keep the credential as a profile',
    load: async () => (await import('./commands/login.ts')).loginCommand(),
  },
  {
    name: 'logout',
    summary: 'forget the credential of a profile',
    load: async () => (await import('./commands/logout.ts')).logoutCommand(),
  },
  {
    name: 'status',
    summary: 'who you are, at which server, where the credential lies, and whether it is good',
    load: async () => (await import('./commands/status.ts')).statusCommand(),
  },
  {
    name: 'check',
    summary: 'why a request is refused: the first thing that is wrong, and what to type',
    load: async () => (await import('./commands/check.ts')).checkCommand(),
  },
  {
    name: 'use',
    summary: 'switch to another profile',
    load: async () => (await import('./commands/use.ts')).useCommand(),
  },
  {
    name: 'profiles',
    summary: 'list, add, edit and remove profiles',
    load: async () => (await import('./commands/profiles.ts')).profilesCommand(),
  },
  {
    name: 'tokens',
    summary: 'look after API tokens: list, create, show, activate, deactivate, delete, rotate',
    load: async () => (await import('./commands/tokens.ts')).tokensCommand(),
  },
  {
    name: 'header',
    summary: 'print the Authorization header line, for scripts',
    load: async () => (await import('./commands/header.ts')).headerCommand(),
  },
  {
    name: 'token',
    summary: 'print the API token, for scripts',
    load: async () => (await import('./commands/token.ts')).tokenCommand(),
  },
  {
    name: 'exec',
    summary: 'run a command that finds the credential in its environment',
    load: async () => (await import('./commands/exec.ts')).execCommand(),
  },
  {
    name: 'request',
    summary: 'call a server with the credential',
    load: async () => (await import('./commands/request.ts')).requestCommand(),
  },
  {
    name: 'proxy',
    summary: 'an address on this machine that adds the credential, for programs with its key',
    load: async () => (await import('./commands/proxy.ts')).proxyCommand(),
  },
  {
    name: 'snippet',
    summary: 'the same call for curl, Flux, JavaScript, Python, Go, Telegraf or Grafana',
    load: async () => (await import('./commands/snippet.ts')).snippetCommand(),
  },
  {
    name: 'encode',
    summary: 'write an Authorization value',
    load: async () => (await import('./commands/encode.ts')).encodeCommand(),
  },
  {
    name: 'decode',
    summary: 'read an Authorization value, and say what is in it',
    load: async () => (await import('./commands/decode.ts')).decodeCommand(),
  },
  {
    name: 'completion',
    summary: 'print what a shell needs to complete commands',
    load: async () => (await import('./commands/completion.ts')).completionCommand(),
  },
  {
    name: 'complete',
    summary: '',
    isHidden: true,
    load: async () => (await import('./commands/completion.ts')).completeCommand(loadWholeProgram),
  },
]

const AFTER = `
Passwords and tokens come from standard input, a hidden prompt, the environment
or a profile. They are no arguments: those stay in the shell's history, and
every user of the machine can see them.

Start here:
  $ fluxauth login http://localhost:8086
  $ fluxauth status
  $ fluxauth request GET /api/v2/buckets

Exit codes: 0 done, 1 unexpected, 2 wrong usage or input, 3 no answer,
4 refused (401, 403), 5 any other HTTP error, 6 no credential, 130 interrupted.`

/** Runs the command that the arguments name; its outcome is the exit code. */
export async function runProgram(args: readonly string[]): Promise<void> {
  // Nothing is left that could end it, and it has not ended: that is no success. Node 20's fetch does so where a connection is closed at once.
  const unended = async (): Promise<void> => {
    const { reportError } = await import('./output/report.ts')
    const what = 'The server closed the connection without an answer'
    process.exitCode = reportError(new UsageError('ERR_NETWORK', what, EXIT.network))
  }
  process.once('beforeExit', unended)
  try {
    if (args.includes('--json')) setSettings({ ...settings(), json: true })
    const given = await read(args)
    if (!given) return
    const { json = false, input = true, profile } = given.global as Partial<Settings>
    setSettings({ json, input, profile })
    const run = given.command.run as (...given: readonly unknown[]) => unknown
    await run(...given.arguments, given.options)
  } catch (error) {
    const { reportError } = await import('./output/report.ts')
    process.exitCode = reportError(error)
  } finally {
    process.off('beforeExit', unended)
  }
}

async function read(args: readonly string[]): Promise<Given | undefined> {
  const program = await createProgram(args)
  const given = readUsual(program, args)
  if (given) return given
  const { readByCommander } = await import('./arguments/by-commander.ts')
  return readByCommander(program, args)
}

/** The program with all of its commands loaded, for who has to know their options. */
export function loadWholeProgram(): Promise<Command> {
  return createProgram([], true)
}

async function createProgram(args: readonly string[], isWhole = false): Promise<Command> {
  const program = new Command('fluxauth')
    .description('Sign in to InfluxDB, look after credentials, and use them without leaving them behind.')
    .version(VERSION)
    .option('-p, --profile <name>', 'the profile to use, for this command alone')
    .option('--json', 'print JSON, in the documented shape')
    .option('--no-input', 'never ask: fail where something is missing')
    .addHelpText(AFTER)
  const named = commandIn(args)
  const isOne = !isWhole && COMMANDS.some(({ name }) => name === named)
  for (const { name, summary, isHidden = false, load } of COMMANDS) {
    // The one that runs needs none of the others, not even their names.
    if (isOne && name !== named) continue
    const command = isOne || isWhole ? await load() : new Command(name)
    command.isHidden = isHidden
    program.addCommand(command.summary(summary))
  }
  return program
}

/** The command that the arguments name, which alone is needed whole. */
function commandIn(args: readonly string[]): string | undefined {
  const words: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    // Help that is asked for before any command is that of them all.
    if (arg === '--help' || arg === '-h') break
    if (arg === '--profile' || arg === '-p') at++
    else if (!arg.startsWith('-')) words.push(arg)
  }
  return words[0] === 'help' ? words[1] : words[0]
}
