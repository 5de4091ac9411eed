// Everything in one SQLite file: the embedded default, for one machine with any number of processes.

import { type AuthStore, allowed, checkOptions } from '@fluxauth/auth-core/server'
import { createClosing } from './closing.ts'
import { absent, guard, missingPackage, unavailable } from './failures.ts'
import { type AttemptLimits, attemptLimits, timeoutRule } from './limits.ts'
import { createWhenFree, patient, type WhenFree } from './sqlite-busy.ts'
import { keepStatements, type SqliteDatabase } from './sqlite-database.ts'
import { prepareFiles } from './sqlite-files.ts'
import { sqliteAttempts, sqliteSessions, sqliteTokens } from './sqlite-tables.ts'

export type { SqliteDatabase, SqliteStatement } from './sqlite-database.ts'

/** Options of {@link createSqliteStore}. */
export type SqliteStoreOptions = SqlitePlace & {
  /**
   * How many milliseconds to wait for another process that writes; a second at most to count an attempt. The event loop goes on meanwhile.
   * Default 5,000.
   */
  readonly timeout?: number | undefined
  /** How many failed attempts are let through. */
  readonly limits?: AttemptLimits | undefined
}

/** Where the store is. */
export type SqlitePlace =
  /**
   * The file, which is made where there is none: no URL, and not `:memory:`. It and those that SQLite keeps beside it become this user's
   * alone to read.
   */
  | { readonly path: string; readonly database?: undefined }
  /** An open database with better-sqlite3's API. It is set to WAL, and stays yours to close. */
  | { readonly database: SqliteDatabase; readonly path?: undefined }

/** In milliseconds: an attempt is answered 503 rather than waited for longer. */
const ATTEMPT_PATIENCE = 1000
const SWEEP_MILLISECONDS = 300_000

const TABLES = `
CREATE TABLE IF NOT EXISTS fluxauth_tokens (
  hash TEXT NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE, user_id TEXT, user_name TEXT, org_id TEXT, org_name TEXT,
  status TEXT NOT NULL, description TEXT NOT NULL, updated_at TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS fluxauth_tokens_user_id ON fluxauth_tokens (user_id, id);
CREATE INDEX IF NOT EXISTS fluxauth_tokens_user_name ON fluxauth_tokens (user_name, id);
CREATE INDEX IF NOT EXISTS fluxauth_tokens_org_id ON fluxauth_tokens (org_id, id);
CREATE INDEX IF NOT EXISTS fluxauth_tokens_org_name ON fluxauth_tokens (org_name, id);
CREATE TABLE IF NOT EXISTS fluxauth_sessions (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS fluxauth_sessions_user ON fluxauth_sessions (user_id, created_at);
CREATE INDEX IF NOT EXISTS fluxauth_sessions_end ON fluxauth_sessions (min(expires_at, ends_at));
CREATE TABLE IF NOT EXISTS fluxauth_attempts (key TEXT PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0, expire INTEGER);
CREATE INDEX IF NOT EXISTS fluxauth_attempts_expire ON fluxauth_attempts (expire);
`

/**
 * Opens a store in an SQLite file, through the optional package `libsql`, or through the handle that you give.
 *
 * Its answers are at hand, so that verifying a token costs no promise. Several processes may open the same file, which has to be on a
 * local disk. Whatever a call has acknowledged outlasts the process, also when it is killed in that moment; tokens and sessions outlast a
 * power failure too (`synchronous = FULL`), while of the counted attempts the last may be lost then. A file that is deleted or replaced
 * while it is open is noticed within five seconds: every call throws `StoreError` `ERR_STORE_UNAVAILABLE` then. Times go by the machine's
 * clock.
 *
 * @param options `path` or `database`, `timeout` and `limits`
 * @returns the store; after `close()` all of it is in the one file, where no other process has it open
 * @throws {StoreError} `ERR_STORE_ABSENT` without either, `ERR_STORE_PACKAGE` without `libsql`, `ERR_STORE_UNAVAILABLE` when the file cannot be opened,
 * `ERR_STORE_PERMISSIONS` when the file, or one that SQLite keeps beside it, is a link or another user's, or its folder is everybody's
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { createSqliteStore } from '@fluxauth/auth-node/stores/sqlite'
 *
 * const store = await createSqliteStore({ path: 'auth.db' })
 * const verifier = createVerifier({ store })
 * await store.close()
 * @see SQLite documentation, "Write-Ahead Logging" and "PRAGMA synchronous"
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<AuthStore> {
  options = checkOptions(options, {
    path: allowed.string(
      /^(?!:memory:$|[a-z][a-z+.-]+:)/i,
      "the path of a file, no URL and not ':memory:' (that is createMemoryStore)",
    ),
    database: allowed.having('prepare', 'exec', 'transaction', 'close'),
    timeout: timeoutRule,
    limits: allowed.group(attemptLimits),
  })
  const { path, database, timeout = 5000, limits } = options
  if (!path && !database) throw absent('a path, or a database')
  const opened: SqliteDatabase[] = []
  const closeFile = () => {
    for (const handle of opened) handle.close()
  }
  try {
    const Database = path ? await loadDriver() : undefined
    const files = path ? prepareFiles(path) : undefined
    const open = Database && files && (() => new Database(files.path) as SqliteDatabase)
    const free = createWhenFree(timeout)
    const connect = async (synchronous: 'FULL' | 'NORMAL'): Promise<SqliteDatabase> => {
      const handle = (open?.() ?? database) as SqliteDatabase
      const kept = keepStatements(handle)
      if (open) opened.push(kept)
      // Nobody is waited for in a way that stands the event loop still.
      busyTimeout(handle, open ? 0 : timeout)
      // Who opens a new file as another process does is refused at once, whatever the timeout.
      await free(() => handle.exec('PRAGMA journal_mode = WAL'))
      handle.exec(`PRAGMA synchronous = ${synchronous}`)
      return kept
    }
    const main = await connect('FULL')
    await free(() => main.transaction(() => main.exec(TABLES)).immediate())
    files?.secure()
    // Attempts are not worth a wait for the disk each: they have a connection of their own, which does without.
    const counting = open ? await connect('NORMAL') : main
    const whenFree = (milliseconds: number): WhenFree => {
      const wait = createWhenFree(milliseconds)
      if (!database) return wait
      // On the application's handle the application's own statements wait as they did.
      return (work) =>
        wait(() => {
          busyTimeout(database, 0)
          try {
            return work()
          } finally {
            busyTimeout(database, timeout)
          }
        })
    }
    const [writes, reads] = [whenFree(timeout), whenFree(timeout)]
    const { attempts, sweep } = sqliteAttempts(
      counting,
      limits,
      whenFree(Math.min(timeout, ATTEMPT_PATIENCE)),
    )
    const timer = setInterval(sweep, SWEEP_MILLISECONDS).unref()
    const closing = createClosing('SQLite', () => {
      clearInterval(timer)
      if (open) mergeLog(main)
      closeFile()
    })
    const check = () => {
      closing.check()
      files?.check()
    }
    return {
      tokens: guard('SQLite', patient(sqliteTokens(main), writes, reads), check),
      sessions: guard('SQLite', patient(sqliteSessions(main), writes, reads), check),
      attempts: guard('SQLite', attempts, check),
      close: closing.close,
    }
  } catch (error) {
    closeFile()
    throw unavailable('SQLite', error)
  }
}

function busyTimeout(handle: SqliteDatabase, milliseconds: number): void {
  handle.exec(`PRAGMA busy_timeout = ${Math.floor(milliseconds)}`)
}

/**
 * Writes what is in SQLite's log into the file itself: libsql keeps a file open until its statements are collected, and who copies the file
 * once the store is closed wants all of it. Where others have it open, or its disk is full, the log stays beside it.
 */
function mergeLog(database: SqliteDatabase): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // What is in the log is not lost.
  }
}

async function loadDriver() {
  const { default: Database } = await import('libsql').catch(missingPackage('libsql'))
  return Database
}
