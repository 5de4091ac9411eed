// Creates tokens as fast as it can, and says each id once it is acknowledged, until its standard input ends.

import { writeSync } from 'node:fs'
import { createVerifier } from '@fluxauth/auth-node/server'
import { createSqliteStore } from '@fluxauth/auth-node/stores/sqlite'

const store = await createSqliteStore({ path: process.argv[2] })
const { tokens } = createVerifier({ store })
let stopped = false
process.stdin.on('end', () => {
  stopped = true
})
process.stdin.resume()
while (!stopped) {
  const { stored } = await tokens.create({ userID: '0b501e7e557ab1ed', user: 'joe', permissions: [] })
  writeSync(1, `${stored.id}\n`)
  await new Promise(setImmediate)
}
store.close()
