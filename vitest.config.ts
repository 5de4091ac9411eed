import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fluxauth',
          include: ['{packages/*,apps/*}/{src,e2e}/**/*.test.ts', 'turbo/generators/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
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
