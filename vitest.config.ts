import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const common = { testTimeout: 30_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    // The libraries' tests measure time, and have the cores that Vitest leaves. Those of programs and pages wait for processes: two files at once at least, so that two cores are not idle.
    projects: [
      {
        test: {
          ...common,
          name: 'libraries',
          include: ['packages/auth-{core,node,testkit}/src/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'programs and pages',
          include: [
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
