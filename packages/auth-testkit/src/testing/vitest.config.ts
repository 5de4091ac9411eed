// Runs the suites on broken adapters, for `broken.test.ts` to read what they say.

import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  // Most of the time is spent in waiting for what hangs: however few the cores, that is done at once.
  test: { include: ['broken-*.ts'], testTimeout: 30_000, maxWorkers: 4 },
})
export default config
