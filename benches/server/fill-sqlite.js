// Fills an SQLite store with so many tokens, whose values can be told from their numbers.

import { createVerifier } from '@fluxauth/auth-node/server'
import { createSqliteStore } from '@fluxauth/auth-node/stores/sqlite'
import Database from 'libsql'

const [path, count] = process.argv.slice(2)
const database = new Database(path)
const store = await createSqliteStore({ database })
// Nothing here has to outlast a power failure.
database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000')
const { tokens } = createVerifier({ store })
const permissions = [{ action: 'read', resource: { type: 'buckets', id: '0b501e7e557ab1ed' } }]
for (let i = 0; i < Number(count); i++) {
  if (i % 10_000 === 0) database.exec(i === 0 ? 'BEGIN' : 'COMMIT; BEGIN')
  const user = `user ${i % 1000}`
  await tokens.create({ token: `token-${i}`, userID: user, user, orgID: '0000000000000001', permissions })
}
database.exec('COMMIT')
store.close()
database.close()
