// Asks the keyring in a process of its own: where it hangs, so does whoever asks it, timers included.

import type { ChildProcess } from 'node:child_process'
import { keyringPath } from './keyring-package.ts'

/** What the process runs: it is told what to ask on standard input, and answers on standard output. */
const SCRIPT = `
const { module, service, account } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
const { Entry } = require(module)
process.stdout.write(JSON.stringify({ password: new Entry(service, account).getPassword() }))`

/** Whether a process can be started that runs such a script as this one would. */
export const canAskChild: boolean =
  !('bun' in process.versions) && !('deno' in process.versions) && !('electron' in process.versions)

/**
 * Asks the keyring for a password.
 *
 * @param signal ends the waiting, and the process
 * @returns `null` where there is none
 * @throws where there is no keyring, or no process can be started
 */
export async function askChild(
  service: string,
  account: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { spawn } = await import('node:child_process')
  const module = keyringPath()
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, ['-e', SCRIPT], {
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
      signal,
      killSignal: 'SIGKILL',
    })
    let answer = ''
    // Where no more files can be opened it has neither input nor output.
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk
    })
    child.once('error', reject)
    child.once('close', () => {
      try {
        const { password } = JSON.parse(answer) as { readonly password?: string | null }
        resolve(password ?? null)
      } catch {
        reject(new Error('The keyring gave no answer'))
      }
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(JSON.stringify({ module, service, account }))
  })
}
