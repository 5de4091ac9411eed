// WebKit, the engine of Safari, by its WebDriver: as much of a Puppeteer browser as the tests of this package ask for.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, requirePart } from '@fluxauth/auth-testkit/real'
import type { Browser, BrowserContext, Page } from 'puppeteer-core'

/** Asks the driver: a method, a path behind the session's, and what goes with it. */
type Command = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>

/** A function of the page, or an expression. */
type Script = string | ((...args: never[]) => unknown)

/** How long a page is waited for, in milliseconds. */
const PATIENCE = 20_000

/** Starts a WebKit on a screen of its own. It has one profile: a context ends with its tabs closed and its cookies deleted. */
export async function launchWebKit(): Promise<Browser> {
  const home = await mkdtemp(join(tmpdir(), 'fluxauth-webkit-'))
  const programs: ChildProcess[] = []
  const stop = async (): Promise<void> => {
    for (const program of programs.reverse()) program.kill('SIGKILL')
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const screen = spawn(requirePart('xvfb'), ['-displayfd', '3', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    programs.push(screen)
    const display = await firstLine(screen)
    const port = await freePort()
    const env = { ...process.env, DISPLAY: `:${display}`, HOME: home, LANGUAGE: 'en', LC_ALL: 'C.UTF-8' }
    programs.push(spawn(requirePart('webkit'), [`--port=${port}`], { stdio: 'ignore', env }))
    const call = async (method: string, path: string, body?: object): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      })
      const { value } = (await response.json()) as { value: unknown }
      const { error, message } = Object(value)
      if (error) throw new Error(`${error}: ${message}`)
      return value
    }
    const session = await until(async () => {
      const alwaysMatch = { 'webkitgtk:browserOptions': { args: ['--automation'] } }
      const made = await call('POST', '/session', { capabilities: { alwaysMatch } }).catch((error) => {
        // Not up yet.
        if (!(error instanceof TypeError)) throw error
      })
      return (made as { sessionId: string } | undefined)?.sessionId
    })
    const command: Command = (method, path, body) => call(method, `/session/${session}${path}`, body)
    const tabs = createTabs(command, (await command('GET', '/window')) as string)
    const browser = {
      createBrowserContext: async () => createContext(tabs),
      async close() {
        await call('DELETE', `/session/${session}`).catch(() => undefined)
        await stop()
      },
    }
    return browser as unknown as Browser
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * The driver knows one tab at a time: whoever wants another waits for their turn.
 *
 * @param first the tab that it begins with, which stays
 */
function createTabs(command: Command, first: string) {
  let turn: Promise<unknown> = Promise.resolve()
  const within = (handle: string, ...asked: Parameters<Command>): Promise<unknown> => {
    const mine = turn.then(async () => {
      await command('POST', '/window', { handle })
      return command(...asked)
    })
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    within,
    async open() {
      const { handle } = (await within(first, 'POST', '/window/new', { type: 'window' })) as {
        handle: string
      }
      return handle
    },
  }
}

function createContext(tabs: ReturnType<typeof createTabs>): BrowserContext {
  const opened: string[] = []
  const context = {
    async newPage() {
      const handle = await tabs.open()
      opened.push(handle)
      return createPage((...asked) => tabs.within(handle, ...asked))
    },
    async close() {
      for (const handle of opened) {
        await tabs.within(handle, 'DELETE', '/cookie')
        await tabs.within(handle, 'DELETE', '/window')
      }
    },
  }
  return context as unknown as BrowserContext
}

function createPage(command: Command): Page {
  let count = 0
  // Begun by one call and fetched by others, so that another script can run meanwhile.
  const evaluate = async (script: Script, ...args: unknown[]): Promise<unknown> => {
    const name = `outcome ${++count}`
    const code = typeof script === 'string' ? `() => (${script})` : String(script)
    const began = await run(
      `const [name, args] = arguments
       const tell = (outcome) => Object.defineProperty(window, name, { value: outcome })
       new Promise((resolve) => resolve((${code})(...args.map((arg) => arg === null ? undefined : arg))))
         .then((value) => tell({ value }), (error) => tell({ error: String(error) }))
       return performance.timeOrigin`,
      name,
      args,
    )
    const { error, value } = (await until(() =>
      // Of another page nothing is to come.
      run('return performance.timeOrigin === arguments[1] ? window[arguments[0]] : {}', name, began),
    )) as { readonly error?: string; readonly value?: unknown }
    if (error) throw new Error(error)
    return value
  }
  const run = (script: string, ...args: unknown[]): Promise<unknown> =>
    command('POST', '/execute/sync', { script, args })
  const page = {
    evaluate,
    goto: (url: string) => command('POST', '/url', { url }),
    reload: () => command('POST', '/refresh', {}),
    waitForFunction: (script: Script) => until(() => evaluate(script)),
  }
  return page as unknown as Page
}

async function until<T>(look: () => Promise<T>): Promise<NonNullable<T>> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(10)) {
    const found = await look()
    if (found) return found
  }
  throw new Error('It did not come')
}

function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    program.once('error', reject)
    program.once('close', (code) => reject(new Error(`It ended with ${code}`)))
    program.stdio[3]?.once('data', (chunk: Buffer) => resolve(`${chunk}`.trim()))
  })
}
