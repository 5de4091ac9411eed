import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const suites = ['packages/auth-testkit/src/**/*.test.ts', 'packages/auth-node/src/**/*.parity.test.ts']
const common = { testTimeout: 30_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    // The libraries' tests measure time, and have the cores that Vitest leaves. The others wait for processes and answers: two files at once at least, so that two cores are not idle.
    projects: [
      {
        test: {
          ...common,
          name: 'libraries',
          include: ['packages/auth-{core,node}/src/**/*.test.ts'],
          exclude: suites,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'suites, programs and pages',
          include: [
            ...suites,
            'packages/auth-{browser,cli}/src/**/*.test.ts',
            'apps/*/{src,e2e}/**/*.test.ts',
            'turbo/generators/*.test.ts',
          ],
          maxWorkers: Math.max(2, availableParallelism() - 1),
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
