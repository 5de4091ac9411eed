// Starts the worker of a vault under Trusted Types: a policy of our own lets its one script through, and nothing else.

import script from './lab-worker.ts?worker&url'

/** Where the browser has Trusted Types. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('vault-worker', {
  createScriptURL(url) {
    if (url !== script) throw new TypeError('No other script')
    return url
  },
})

export function startWorker(): Worker {
  return new Worker(policy?.createScriptURL(script) ?? script, { type: 'module' })
}
