// Says what an answer that is no success means: by what the server said, and by what each product takes.

import { type Product, products, toInfluxError } from '@fluxauth/auth-core/influxdb'
import { endpointsAt, isCompatible, isSignIn } from '../../endpoints.ts'
import { note } from '../../output/print.ts'
import { escapeControls } from '../../output/terminal.ts'

/** In bytes: how much of a refusal is read for its message. */
const LONGEST_REFUSAL = 65_536

/** What led to the answer. */
export interface Circumstances {
  readonly scheme: 'basic' | 'token' | 'bearer'
  /** Whether the credential was sent to the server that answered. */
  readonly isSent: boolean
  /** Whether the answer has been shown: an empty one says nothing by itself. */
  readonly isShown: boolean
  /** That answered. */
  readonly url: URL
}

/** Reads what a refusal says, beside whoever writes it; nothing of other answers. */
export async function readRefusal(response: Response): Promise<string> {
  if (response.status !== 401 && response.status !== 403) return ''
  let text = ''
  let left = LONGEST_REFUSAL
  try {
    const decoder = new TextDecoder()
    for await (const chunk of response.clone().body ?? []) {
      text += decoder.decode(chunk.subarray(0, left), { stream: true })
      left -= chunk.length
      if (left <= 0) break
    }
  } catch {
    // Whoever writes the answer says what has become of it.
  }
  return text
}

/** Prints it on standard error. */
export function explain(response: Response, said: string, circumstances: Circumstances): void {
  const status = `${response.status} ${escapeControls(response.statusText, { lines: false })}`.trimEnd()
  const advice = hint(response.status, said, circumstances, productOf(response))
  if (!circumstances.isShown) note(`The server answered ${status}, and nothing else.`)
  if (advice) note(advice)
}

/** Which InfluxDB it says that it is; others, and builds without a version, do not say it. */
function productOf({ headers }: Response): Product | undefined {
  const [, major] = /^v?([123])\.\d/.exec(headers.get('x-influxdb-version') ?? '') ?? []
  return major === undefined ? undefined : products[`v${major}` as 'v1' | 'v2' | 'v3']
}

function hint(
  status: number,
  said: string,
  { scheme, isSent, url }: Circumstances,
  product: Product | undefined,
): string | undefined {
  if (status === 407) return 'A proxy on the way wants a credential of its own.'
  if (status !== 401 && status !== 403) return undefined
  if (!isSent) {
    return `This is the answer of ${url.origin}, where a redirect led: the credential was not sent there. Call it by its own URL if it is meant.`
  }
  switch (toInfluxError(status, said).reason) {
    case 'permission':
      return scheme === 'basic'
        ? 'The user name and password are good, but may not do this: whoever looks after the server may grant it.'
        : 'The credential is good, but may not do this: see its permissions. A token gets no more of them: make a new one.'
    case 'token-inactive':
      return 'The token is inactive: set its status to active, or use another.'
    case 'user-inactive':
      return 'The user whose credential this is was made inactive, or deleted.'
    case 'password-change':
      return 'The password has to be changed before anybody signs in with it.'
    case 'password':
      return 'The old password is wrong.'
    default:
      return whyWrong(status, said, { scheme, url }, product)
  }
}

const WRONG = {
  basic: 'Wrong user name or password.',
  token: 'Wrong token.',
  bearer: 'Wrong token.',
}

function whyWrong(
  status: number,
  said: string,
  circumstances: Pick<Circumstances, 'scheme' | 'url'>,
  product: Product | undefined,
): string {
  const { scheme, url } = circumstances
  const others = whoTakes(scheme, url.pathname, product ? [product] : Object.values(products))
  // Where the server says which it is, the credential was not looked at. A JWT is one that InfluxDB 1 may take all the same.
  if (product && others && scheme !== 'bearer') return others.trimStart()
  return WRONG[scheme] + alsoOf(status, said, circumstances) + others
}

/** What InfluxDB 2 says the same of, at the endpoints for clients of version 1. */
function alsoOf(
  status: number,
  said: string,
  { scheme, url }: Pick<Circumstances, 'scheme' | 'url'>,
): string {
  if (!isCompatible(url.pathname) || toInfluxError(status, said).serverMessage !== 'Unauthorized') return ''
  return scheme === 'basic'
    ? ' InfluxDB 2 takes an API token for the password here, or a user of fluxauth tokens create --v1.'
    : ' InfluxDB 2 says the same here of one that is inactive: see fluxauth check.'
}

/** Which products take a scheme at a path, where not all do. */
function whoTakes(scheme: Circumstances['scheme'], path: string, all: readonly Product[]): string {
  if (isSignIn(path)) return ''
  const takes = (product: Product) => Boolean(endpointsAt(product, path)[scheme])
  const others = all.filter((product) => !takes(product))
  if (others.length === 0) return ''
  const place = isCompatible(path) ? 'at /query and /write' : 'here'
  const word = { basic: 'Basic', token: 'Token', bearer: 'Bearer' }[scheme]
  const isForSigningIn = scheme === 'basic' && !isCompatible(path)
  const rest =
    isForSigningIn && all.includes(products.v2)
      ? ' InfluxDB 2 takes it at /api/v2/signin alone: use a token.'
      : scheme !== 'basic' && all.includes(products.v1) && !takes(products.v1)
        ? ' InfluxDB 1 takes Basic: use --user.'
        : ''
  return ` ${namesOf(others)} ${others.length === 1 ? 'takes' : 'take'} no ${word} ${place}.${rest}`
}

/** InfluxDB 1, 2 and Cloud (TSM). */
function namesOf(list: readonly Product[]): string {
  const names = list.map(({ title }) => title.replace(/^InfluxDB /, ''))
  const last = names.pop()
  return `InfluxDB ${names.length > 0 ? `${names.join(', ')} and ${last}` : last}`
}
