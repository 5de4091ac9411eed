// What is used of better-sqlite3's API, which libsql has as well.

/** A prepared statement. */
export interface SqliteStatement {
  get(...values: readonly unknown[]): unknown
  all(...values: readonly unknown[]): unknown[]
  run(...values: readonly unknown[]): { readonly changes: number }
}

/** An open database, of `libsql` or `better-sqlite3`. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  transaction(body: () => unknown): { (): unknown; immediate(): unknown }
  close(): unknown
}

/** A database that prepares each statement once, also those of lists, which are put together at each call. */
export function keepStatements(database: SqliteDatabase): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    prepare(sql) {
      const kept = statements.get(sql)
      if (kept) return kept
      const statement = database.prepare(sql)
      statements.set(sql, statement)
      return statement
    },
    exec: (sql) => database.exec(sql),
    transaction: (body) => database.transaction(body),
    close() {
      statements.clear()
      return database.close()
    },
  }
}
