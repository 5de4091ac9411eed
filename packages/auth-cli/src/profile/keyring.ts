// The operating system's keyring. Each call ends after three seconds, however the keyring behaves.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { UsageError } from '../output/errors.ts'

/** In milliseconds: how long a keyring may take, which may have to ask its user. */
const TIME_LIMIT = 3_000

/** `'secret-service'` outlasts a reboot, `'keyutils'` (the kernel's) does not. Other systems than Linux have one kind alone. */
export type KeyringStore = 'secret-service' | 'keyutils'

/** What the child is asked. */
export interface KeyringQuestion {
  readonly action: 'get' | 'set' | 'delete'
  readonly account: string
  readonly store: KeyringStore
  readonly secret?: string | undefined
}

/** What it answers. */
export interface KeyringAnswer {
  readonly secret?: string | undefined
  readonly failed?: 'not-installed' | 'unavailable'
}

/** There is no keyring that could be used, or it does not answer. */
export class KeyringError extends UsageError {
  constructor(code: 'ERR_KEYRING_UNAVAILABLE' | 'ERR_KEYRING_TIMEOUT', message: string) {
    super(code, message)
  }
}

/**
 * Asks the keyring.
 *
 * @returns the secret, for `'get'`: `undefined` where it has none
 * @throws {KeyringError} `ERR_KEYRING_UNAVAILABLE`: there is none here; `ERR_KEYRING_TIMEOUT`: it does not answer
 */
export async function askKeyring(question: KeyringQuestion): Promise<string | undefined> {
  const { failed, secret } = await askChild(question)
  if (failed === 'not-installed') {
    throw new KeyringError(
      'ERR_KEYRING_UNAVAILABLE',
      'The package for the keyring is not installed: npm install --global @napi-rs/keyring',
    )
  }
  if (failed) {
    throw new KeyringError(
      'ERR_KEYRING_UNAVAILABLE',
      question.store === 'keyutils'
        ? 'The kernel keyring cannot be used here'
        : 'There is no keyring that answers: is this a session without desktop? Use --store memory or --store file',
    )
  }
  return secret
}

function askChild(question: KeyringQuestion): Promise<KeyringAnswer> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [join(__dirname, 'keyring-child.cjs')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: TIME_LIMIT,
      killSignal: 'SIGKILL',
    })
    let answer = ''
    // Where no more files can be opened it has neither input nor output.
    child.stdout?.setEncoding('utf8')
    child.stdout?.on('data', (chunk) => {
      answer += chunk
    })
    child.on('error', () => resolve({ failed: 'unavailable' }))
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') {
        reject(
          new KeyringError(
            'ERR_KEYRING_TIMEOUT',
            'The keyring did not answer within 3 seconds: unlock it, or use --store memory or --store file. Nothing was written elsewhere',
          ),
        )
        return
      }
      try {
        resolve(JSON.parse(answer))
      } catch {
        resolve({ failed: 'unavailable' })
      }
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(JSON.stringify(question))
  })
}
