// The eyes that the other tests look for secrets with see what a command starts, and nothing of what others do.

import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { Person } from './person.ts'

test.runIf(process.platform === 'linux')(
  'what a command starts is seen, and what others run is not',
  async () => {
    const person = await Person.arrive()
    const other = spawn('bash', ['-c', 'sleep 5; true', 'of-another'])
    try {
      // In two steps, so that it stands in no command line but that of the command that is started.
      await person.inShell('name=of-a; bash -c "sleep 0.3; true" "$name"-child')
      const seen = person.seen.join('\n')
      expect(seen).toContain('\0of-a-child')
      expect(seen).not.toContain('\0of-another')
    } finally {
      other.kill()
      await person.leave()
    }
  },
)
