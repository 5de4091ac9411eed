// Says at the end of a run which real parts were not found and how to get them, and counts the tests on one plain line.

import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'

const NEEDS = /^(.+) \[needs (.+)\]$/

/** The reporter beside vitest's own. */
class RealPartsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    const missing = new Map<string, number>()
    for (const module of modules) {
      if (module.children.size === 0 && module.state() === 'failed') count.failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state]++
        const need = state === 'skipped' ? needOf(test) : undefined
        if (need) missing.set(need, (missing.get(need) ?? 0) + 1)
      }
    }
    for (const [need, tests] of missing) console.log(`skipped: ${need} (${tests} tests)`)
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  }
}

/** What a skipped test needs, as its suite's name says. */
function needOf(test: TestCase): string | undefined {
  let suite: TestSuite | TestModule = test.parent
  while (suite.type === 'suite') {
    const match = NEEDS.exec(suite.name)
    if (match) return `${match[1]} needs ${match[2]}`
    suite = suite.parent
  }
  return undefined
}

export default RealPartsReporter
