// The operating system's keyring, asked in a process of its own: a keyring that hangs holds up whoever asks it, timers included.

import type { KeyringAnswer, KeyringQuestion, KeyringStore } from './profile/keyring.ts'

interface Entry {
  getPassword(): string | null
  setPassword(password: string): void
  deletePassword(): boolean
}

async function ask({ action, account, store, secret }: KeyringQuestion): Promise<KeyringAnswer> {
  let keyring: {
    readonly Entry: new (
      service: string,
      account: string,
      options: { linux: { store: KeyringStore } },
    ) => Entry
  }
  try {
    keyring = await import('@napi-rs/keyring')
  } catch {
    return { failed: 'not-installed' }
  }
  try {
    const entry = new keyring.Entry('fluxauth', account, { linux: { store } })
    if (action === 'set') entry.setPassword(secret ?? '')
    if (action === 'delete') entry.deletePassword()
    return { secret: action === 'get' ? (entry.getPassword() ?? undefined) : undefined }
  } catch {
    // What it says may hold what it was given.
    return { failed: 'unavailable' }
  }
}

let question = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (chunk) => {
  question += chunk
})
process.stdin.on('end', async () => {
  process.stdout.write(JSON.stringify(await ask(JSON.parse(question))))
})
