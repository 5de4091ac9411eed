// The script of the worker that holds a token: `import '@fluxauth/auth-browser/worker-script'` is all of it.

import type { Port } from './messages.ts'
import { serveVault } from './serve.ts'

serveVault(globalThis as unknown as Port)
