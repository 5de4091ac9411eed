// Runs the suites on broken adapters, for `broken.test.ts` to read what they say.

import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({ test: { include: ['broken-*.ts'], testTimeout: 30_000 } })
export default config
