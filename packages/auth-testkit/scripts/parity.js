// Runs the parity suite on every client and prints, for each, how many requests were compared and which differences are meant to be.
// Usage: node scripts/parity.js [folder [files]]; by default all of the repository.

import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'

const clients = new Map()
const failed = []
const broken = []

/** Notes what each request's test says of itself; see `testParity`. */
const reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      if (module.errors().length > 0) broken.push(module.relativeModuleId)
      for (const test of module.children.allTests()) {
        const { parity, reason, compares = true } = test.meta()
        if (!parity) continue
        if (!clients.has(parity)) clients.set(parity, { same: 0, differences: new Map() })
        const client = clients.get(parity)
        if (test.result().state !== 'passed') failed.push(`${parity}: ${test.name}`)
        else if (!compares) continue
        else if (!reason) client.same++
        else client.differences.set(reason, [...(client.differences.get(reason) ?? []), test.name])
      }
    }
  },
}

const [root = fileURLToPath(new URL('../../..', import.meta.url)), files = 'parity.test'] =
  process.argv.slice(2)
const vitest = await startVitest('test', [files], {
  root,
  watch: false,
  reporters: [reporter],
})
await vitest.close()

for (const [name, { same, differences }] of [...clients].sort(([a], [b]) => a.localeCompare(b))) {
  const different = [...differences.values()].flat().length
  console.log(`${name}: ${same} requests alike, ${different} different on purpose`)
  for (const [reason, requests] of differences) {
    console.log(
      `  - ${reason}\n    ${requests.length}: ${requests.slice(0, 3).join('; ')}${requests.length > 3 ? '; …' : ''}`,
    )
  }
}
if (failed.length > 0) console.log(`\nDIFFERENT, and on no list:\n  ${failed.join('\n  ')}`)
// A file that could not be read has no tests, and a suite without any compares nothing.
if (failed.length > 0 || broken.length > 0 || clients.size === 0) process.exitCode = 1
if (clients.size === 0) console.log('There was nothing to compare: no test of the parity suite was found.')
for (const path of broken) console.log(`\nCOULD NOT BE RUN: ${path}`)
