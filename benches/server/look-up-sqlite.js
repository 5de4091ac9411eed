// Looks up random tokens in an SQLite store, and says how long it takes.

import { createVerifier } from '@fluxauth/auth-node/server'
import { createSqliteStore } from '@fluxauth/auth-node/stores/sqlite'

const [path, count] = process.argv.slice(2)
const store = await createSqliteStore({ path })
const { tokens } = createVerifier({ store })
const LOOK_UPS = 10_000

const lookUp = (times) => {
  const start = performance.now()
  for (let i = 0; i < times; i++) {
    if (!tokens.find(`token-${Math.floor(Math.random() * count)}`)) throw new Error('not found')
  }
  return ((performance.now() - start) * 1000) / times
}

const answers = {
  'warm up': () => ({ microseconds: lookUp(10 * LOOK_UPS) }),
  'look up': () => ({ microseconds: lookUp(LOOK_UPS) }),
  memory: () => ({ rss: process.memoryUsage.rss() }),
}
process.on('message', (question) => process.send(answers[question]()))
process.on('disconnect', () => store.close())
process.send('ready')
