// Why there was no answer, as far as a browser lets a page find out.

import { SignInError } from './errors.ts'
import type { Scheme } from './state.ts'

/**
 * What most likely was the matter with a request that had no answer: asks for the same server without a credential.
 *
 * @param cause what `fetch` rejected with
 * @returns the cause itself where it is no failure of the network
 */
export async function unreachable(
  send: typeof globalThis.fetch,
  origin: string,
  scheme: Scheme,
  cause: unknown,
): Promise<unknown> {
  if (!(cause instanceof TypeError)) return cause
  const answers = (mode: RequestMode): Promise<boolean> =>
    // Where an InfluxDB answers with CORS also to who has no credential: `/ping` and `/health` of InfluxDB 2 do not.
    send(`${origin}/api/v2/me`, { mode, credentials: 'omit', cache: 'no-store' }).then(
      () => true,
      () => false,
    )
  const isUp = await answers('no-cors')
  const isOther = origin !== globalThis.location?.origin
  const allowed = scheme === 'token' ? 'Headers: authorization' : 'Credentials: true'
  const header = isUp && isOther && ((await answers('cors')) ? allowed : 'Origin')
  return new SignInError(
    'ERR_UNREACHABLE',
    header
      ? `The server does not let this page in: it lacks Access-Control-Allow-${header} (the docs say how)`
      : isUp
        ? 'The server broke off or redirects, or this cannot be sent: see the cause'
        : 'No answer: is the server up, and may this page call it (connect-src)?',
    undefined,
    { cause },
  )
}
