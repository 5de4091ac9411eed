import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** What measures time, and has the cores that Vitest leaves. */
const measured = [
  'packages/auth-core/src/**/*.test.ts',
  'packages/auth-node/src/{stores,verifier}/**/*.test.ts',
]
const common = { testTimeout: 30_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'what measures time',
          include: measured,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'what waits',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/{src,e2e}/**/*.test.ts',
            'turbo/generators/*.test.ts',
          ],
          exclude: measured,
          // For processes, servers and browsers: more files at once than there are cores, so that none is idle.
          maxWorkers: availableParallelism() + 1,
          // What is waited for may itself wait for a core.
          expect: { poll: { timeout: 5_000 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/index.ts'],
    },
    reporters: ['default', './vitest.reporter.ts'],
  },
})
