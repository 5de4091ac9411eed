// Runs the parity suite on clients with and without a fault, for `parity-command.test.ts` to read what the command says.

import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({ test: { include: ['*-client.ts'] } })
export default config
