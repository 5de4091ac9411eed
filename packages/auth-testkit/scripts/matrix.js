// Runs every redirect scenario on every client and prints what really happened to the credential, as one table.

import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'

const SUITE = 'follows, or leaves, a redirect:'
const rows = new Map()
const columns = []

/** Notes what each scenario's test observed; see `testClient`. */
const reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (test.parent.name !== SUITE || test.result().state === 'skipped') continue
        const client = test.parent.parent.name.replace(/^the client /, '')
        if (!columns.includes(client)) columns.push(client)
        const { scenario, observed } = test.meta()
        if (!scenario) continue
        if (!rows.has(scenario)) rows.set(scenario, new Map())
        rows.get(scenario).set(client, test.result().state === 'passed' ? observed : 'FAILED')
      }
    }
  },
}

const vitest = await startVitest('test', ['clients'], {
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  watch: false,
  reporters: [reporter],
  testNamePattern: SUITE,
})
await vitest.close()

columns.sort((a, b) => a.replace(/^fetch/, '').localeCompare(b.replace(/^fetch/, '')))
const table = [
  ['redirect', ...columns],
  ['-', ...columns.map(() => '-')],
  ...[...rows].map(([title, cells]) => [title, ...columns.map((client) => cells.get(client) ?? '')]),
]
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
for (const row of table) {
  const cells = row.map((cell, i) => (cell === '-' ? '-'.repeat(widths[i]) : cell.padEnd(widths[i])))
  console.log(`| ${cells.join(' | ')} |`)
}
console.log(`
+ a request that carries the credential, - one that does not, in their order; then how it ends: an answer where nothing is said,
the code of the error, or "left" where the client leaves redirects to its caller. Nothing: the client cannot send such a request.`)
