// Says what an answer that is no success usually means, since each product answers 401 for reasons of its own.

import { style } from '../../output/style.ts'
import { escapeControls } from '../../output/terminal.ts'

/** What led to the answer. */
export interface Circumstances {
  readonly scheme: 'basic' | 'token' | 'bearer'
  /** Whether the credential was sent to the server that answered. */
  readonly isSent: boolean
  /** Whether the answer has been shown: an empty one says nothing by itself. */
  readonly isShown: boolean
  /** Of the server that answered. */
  readonly origin: string
}

/** Prints it on standard error. */
export function explain(response: Response, circumstances: Circumstances): void {
  const status = `${response.status} ${escapeControls(response.statusText, { lines: false })}`.trimEnd()
  const advice = hint(response.status, circumstances)
  if (!circumstances.isShown) console.error(style('dim', `The server answered ${status}, and nothing else.`))
  if (advice) console.error(style('dim', advice))
}

function hint(status: number, { scheme, isSent, origin }: Circumstances): string | undefined {
  if (status === 407) return 'A proxy on the way wants a credential of its own.'
  if (status !== 401 && status !== 403) return undefined
  if (!isSent) {
    return `This is the answer of ${origin}, where a redirect led: the credential was not sent there. Call it by its own URL if it is meant.`
  }
  if (status === 403) return 'The credential is known, but may not do this: see its permissions.'
  return scheme === 'basic'
    ? 'Wrong user name or password; or an API of InfluxDB v2, which takes Basic at /api/v2/signin alone: use a token.'
    : 'Wrong or inactive token; or InfluxDB 1.x, which takes Basic: use --user.'
}
