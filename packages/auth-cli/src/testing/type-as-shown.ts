// Somebody at a terminal, who reads before they type.

import type { Readable, Writable } from 'node:stream'

/** A text that is shown, and what is typed once it is. */
export type Typed = readonly (readonly [shown: string, type: string])[]

/** Types each text as soon as what is before it has been shown, each behind the one before. */
export function typeAsShown(
  { stdin, stdout }: { readonly stdin: Writable; readonly stdout: Readable },
  typed: Typed,
): void {
  const left = [...typed]
  let [screen, from] = ['', 0]
  stdout.on('data', (chunk) => {
    screen += chunk
    for (const [shown, type] of [...left]) {
      const at = screen.indexOf(shown, from)
      if (at < 0) return
      from = at + shown.length
      left.shift()
      stdin.write(type)
    }
  })
}
