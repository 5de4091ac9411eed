// What asks the keyring and cannot be started.

import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { askKeyring } from './keyring.ts'

vi.mock(import('node:child_process'), async (actual) => ({
  ...(await actual()),
  // As Node has it where no more files can be opened: without input and output, and with an error that comes later.
  spawn: (() => {
    const child = new EventEmitter()
    process.nextTick(() => child.emit('error', Object.assign(new Error('spawn EMFILE'), { code: 'EMFILE' })))
    return child
  }) as never,
}))

test('is told as a keyring that cannot be used, and ends no program', async () => {
  await expect(askKeyring({ store: 'keyutils' } as never)).rejects.toMatchObject({
    code: 'ERR_KEYRING_UNAVAILABLE',
  })
})
