// What a script that came later tries, to get at a token that a vault holds, and what must come of it on each. The Lab runs it, and so do the tests.

import type { Vault } from '@fluxauth/auth-browser'

/** What an attack came to: it has the token, it could make a request with it, or neither. */
export type Outcome = 'has the token' | 'made a request' | 'stopped'

/** The vaults that are attacked; one of them is careless, so that each attack is seen to work. */
export type Attacked = 'memory' | 'worker' | 'careless'

/** An attack on a vault that holds a token. */
export interface Attack {
  readonly name: string
  /** What it does, and what that shows. */
  readonly shows: string
  /** What comes of it; that no vault stops it all is no fault of theirs. */
  readonly must: Readonly<Record<Attacked, Outcome>>
  run(vault: Vault, token: string): Promise<Outcome>
}

const ME = '/api/v2/me'

/** What a vault is for. */
const KEPT = { memory: 'stopped', worker: 'stopped', careless: 'has the token' } as const
const SENT = { memory: 'made a request', worker: 'made a request', careless: 'made a request' } as const

export const attacks: readonly Attack[] = [
  {
    name: 'Look into storage',
    must: KEPT,
    shows: 'Reads localStorage, sessionStorage and cookies: a vault writes to none of them.',
    run: async (_, token) => {
      const stored = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])
      return stored.includes(token) ? 'has the token' : 'stopped'
    },
  },
  {
    name: 'Replace fetch',
    must: KEPT,
    shows:
      'Puts a spy in the place of fetch, and has the vault send a request: it took its own when it was loaded.',
    run: (vault, token) =>
      whileReplaced(
        globalThis,
        'fetch',
        token,
        (original) =>
          (...args: Parameters<typeof fetch>) =>
            original(...args),
        vault,
      ),
  },
  {
    name: 'Listen at Headers',
    must: KEPT,
    shows: 'Puts a spy into Headers.prototype.set: the header is not written through it.',
    run: (vault, token) =>
      whileReplaced(
        Headers.prototype,
        'set',
        token,
        (original) =>
          function (this: Headers, ...args: Parameters<Headers['set']>) {
            return original.apply(this, args)
          },
        vault,
      ),
  },
  {
    name: 'Listen at postMessage',
    must: KEPT,
    shows:
      'Puts a spy into Worker.prototype.postMessage, by which a worker is handed its token, and has the class say that it is no worker.',
    run: (vault, token) => {
      Object.defineProperty(Worker, Symbol.hasInstance, { configurable: true, value: () => false })
      return whileReplaced(
        Worker.prototype,
        'postMessage',
        token,
        (original) =>
          function (this: Worker, ...args: [unknown]) {
            return original.apply(this, args)
          },
        vault,
        true,
      ).finally(() => Reflect.deleteProperty(Worker, Symbol.hasInstance))
    },
  },
  {
    name: 'Read data',
    must: SENT,
    shows: 'Has the vault send an allowed request. Whoever runs in the page can do that: no vault stops it.',
    run: async (vault) => send(vault, ME),
  },
  {
    name: 'Make a token of its own',
    must: { ...SENT, worker: 'stopped' },
    shows:
      'Has the vault call /api/v2/authorizations: who can make tokens needs none of yours. A worker was not told to allow it.',
    run: async (vault) => send(vault, '/api/v2/authorizations'),
  },
]

/** Whether a request leaves, whatever the server makes of it. Where it has no answer it is not known what stopped it. */
async function send(vault: Vault, path: string): Promise<Outcome> {
  try {
    await vault.fetch(location.origin + path)
    return 'made a request'
  } catch (error) {
    if (Object(error).code === 'ERR_VAULT_PATH') return 'stopped'
    throw error
  }
}

/** Has a function replaced while the vault sends a request, and where that is asked for is handed its token; and looks at what passed by. */
async function whileReplaced<Target extends object, Name extends keyof Target & string>(
  target: Target,
  name: Name,
  token: string,
  wrap: (original: Extract<Target[Name], (...args: never[]) => unknown>) => unknown,
  vault: Vault,
  handsOver = false,
): Promise<Outcome> {
  const original = target[name] as Extract<Target[Name], (...args: never[]) => unknown>
  const wrapped = wrap(original) as (...args: unknown[]) => unknown
  let heard = ''
  target[name] = function (this: unknown, ...args: unknown[]) {
    heard += textOf(args)
    return wrapped.apply(this, args)
  } as Target[Name]
  try {
    if (handsOver) await vault.hold(token)
    await send(vault, ME)
  } finally {
    target[name] = original
  }
  return heard.includes(token) ? 'has the token' : 'stopped'
}

/** All that an argument holds, headers included. */
function textOf(args: readonly unknown[]): string {
  return args
    .map((arg) => {
      if (arg instanceof Request) return JSON.stringify([...arg.headers])
      if (typeof arg !== 'object' || arg === null) return String(arg)
      const { headers } = arg as RequestInit
      return `${JSON.stringify(arg)}${headers ? JSON.stringify([...new Headers(headers)]) : ''}`
    })
    .join()
}
