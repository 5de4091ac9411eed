// What the tests' page has at hand: the package, as a bundler puts it into a page.

import { createBrowserAuth, returnAddress } from '../index.ts'
import { memoryVault } from '../vaults/memory.ts'
import { workerVault } from '../vaults/worker.ts'

/** As much of Trusted Types as is used, where the browser has them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): URL
  }
}
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
/** Lets the one script in, and no other. */
const policy = trustedTypes?.createPolicy('token-worker', {
  createScriptURL(url) {
    if (url === '/token-worker.js') return url
    throw new TypeError('Not the script of the worker')
  },
})
const startWorker = () =>
  new Worker(policy?.createScriptURL('/token-worker.js') ?? '/token-worker.js', { type: 'module' })
const allow = ['GET /api/v2/buckets', 'POST /api/v2/query', 'GET /moved']

/** How each vault is made. */
const vaults = {
  memory: memoryVault,
  worker: () => workerVault(startWorker, { allow }),
}

const testing = { createBrowserAuth, returnAddress, vaults }
export type Testing = typeof testing

declare global {
  interface Window {
    testing: Testing
    auth: ReturnType<typeof createBrowserAuth>
    seen: string[]
  }
}
window.testing = testing
