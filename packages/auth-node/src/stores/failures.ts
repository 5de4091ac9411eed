// What drivers throw, as errors of ours that show neither a password nor a statement.

import { StoreError } from '@fluxauth/auth-core/server'

/** That the id or the hash of a new token is taken. */
export function exists(): StoreError {
  return new StoreError('ERR_STORE_EXISTS', 'There is such a token already: make another')
}

/**
 * That a store did not do it.
 *
 * @param what the store's name, for people
 * @param error what the driver threw: of it the code alone is told, since drivers put addresses, commands and values into the rest
 */
export function unavailable(what: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const code = codeOf(error)
  return new StoreError(
    'ERR_STORE_UNAVAILABLE',
    `${what} did not do it${code ? ` (${code})` : ''}: ${hintOf(what, code)}`,
  )
}

/**
 * That a store is not there for now.
 *
 * @param why what the driver told last, of which the code alone is told: a password that was changed there looks like a store that is gone
 */
export function gone(what: string, why: unknown): StoreError {
  const code = codeOf(why)
  return new StoreError(
    'ERR_STORE_UNAVAILABLE',
    `${what} is gone${code ? ` (${code})` : ''}: ${hintOf(what, code)}; it is used again as soon as it is back`,
  )
}

/** What to do about a code: first those of a file in this machine, then those of a server. */
const FILE_HINTS: readonly (readonly [codes: RegExp, hint: string])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'make room on the disk that its file is on'],
  [/^(SQLITE_IOERR|EIO|EFBIG)/, 'see that the disk that its file is on has room, and works'],
  [
    /^(SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EPERM|EROFS)/,
    'see that this user may write to its file and folder, and that the disk is not read-only',
  ],
  [/^(ENOENT|ENOTDIR)/, 'make the folder that its file is to be in'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'its file is damaged, or no database: put a good copy in its place'],
]
const SERVER_HINTS: typeof FILE_HINTS = [
  [/^(53100|MISCONF)$/, 'its disk is full, or fails: make room there, or look into its log'],
  [/^(53200|OOM)$/, 'its memory is full: give it more, or make room in it'],
  [/^(25006|READONLY)$/, 'it can only be read: give the address of the one that is written to'],
  [
    /^ERR_INVALID_URL$/,
    'its URL cannot be read: look at its host and port, and percent-encode what is special in user name and password',
  ],
  [/^57014$/, 'it did not answer in time: see that it is not overloaded, and nobody locks its tables'],
  [
    /^42P01$/,
    'a table of the store is not there any more: put it back, or start this server again, which makes it anew',
  ],
  [/^(42501|NOPERM)$/, 'its user may not do this there: let them'],
  [/^53300$/, 'it has as many connections as it takes: let it take more, or give each server fewer'],
]

function hintOf(what: string, code = ''): string {
  const hints = what === 'SQLite' ? FILE_HINTS : SERVER_HINTS
  const known = hints.find(([codes]) => codes.test(code))?.[1]
  return known ?? 'see that it runs, can be reached, and lets this server in'
}

/** That the package of a store is not there, unless importing it failed for another reason. */
export function missingPackage(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new StoreError('ERR_STORE_PACKAGE', `Install ${name} to use this store: npm install ${name}`, {
      cause,
    })
  }
}

/** That nobody said where the store is: a driver would take this machine for it, or what else it finds. */
export function absent(place: string): StoreError {
  return new StoreError(
    'ERR_STORE_ABSENT',
    `Give the store ${place}: is the variable set that you read it from?`,
  )
}

/** A system's, a database's or a protocol's word for what happened: `ECONNREFUSED`, `57P01`, `WRONGPASS`. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { readonly code?: unknown }
  if (typeof code === 'string' && /^\w{2,40}$/.test(code)) return code
  return /^[A-Z]{3,20}(?= )/.exec(error.message)?.[0]
}

/**
 * Makes a store's methods throw errors of ours alone.
 *
 * @param what the store's name, for people
 * @param methods of the store, synchronous or not
 * @param before is called before each, and throws where none may be
 */
export function guard<T extends object>(what: string, methods: T, before?: () => void): T {
  const wrapped = Object.entries(methods).map(([name, method]: [string, unknown]) => {
    if (typeof method !== 'function') return [name, method]
    return [
      name,
      (...args: readonly unknown[]): unknown => {
        try {
          before?.()
          const answer: unknown = method.apply(methods, args)
          if (!(answer instanceof Promise)) return answer
          return answer.catch((error) => {
            throw unavailable(what, error)
          })
        } catch (error) {
          throw unavailable(what, error)
        }
      },
    ]
  })
  return Object.fromEntries(wrapped) as T
}
