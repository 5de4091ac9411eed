// The parts of an Authorization value, and the same call for other tools.

import type { Exchange } from './exchanges.ts'

/** A part of the header, and what it is. */
export interface Part {
  readonly text: string
  readonly means: string
}

/** Explains the credential of a request, part by part. */
export function partsOf({ authorization, username, path }: Exchange): readonly Part[] {
  if (authorization === undefined) {
    return path.startsWith('/api/')
      ? [
          {
            text: 'Cookie: influxdb-oss-session=[redacted]',
            means:
              'Where there is a session, the browser adds its cookie by itself: HttpOnly, so that no script reads it, this page’s neither.',
          },
        ]
      : []
  }
  const [word = '', ...rest] = authorization.split(' ')
  const value = rest.join(' ')
  const scheme =
    SCHEMES[word] ??
    (/^token$/i.test(word)
      ? { word: 'The scheme’s word, in a case that Cloud does not take.', value: 'The API token as it is.' }
      : {
          word: 'No scheme that InfluxDB knows, or one without a value.',
          value: 'Whatever follows is refused.',
        })
  const parts = [
    { text: 'Authorization', means: 'The header’s name, in any case.' },
    { text: word, means: scheme.word },
    {
      text: value,
      means: username === undefined ? scheme.value : `${scheme.value} The user name is ${username}.`,
    },
  ]
  return parts.filter(({ text }) => text !== '')
}

const SCHEMES: Readonly<Record<string, { readonly word: string; readonly value: string }>> = {
  Basic: {
    word: 'The scheme’s word, in any case.',
    value: 'base64 of USERNAME:PASSWORD as UTF-8. That hides nothing, hence HTTPS always.',
  },
  Token: {
    word: 'The scheme’s word; Cloud takes it in exactly this case.',
    value: 'The API token as it is, with exactly one space before it.',
  },
}

/** The same call, for another tool. No secret stands in it. */
export function snippetsOf({
  method,
  path,
  authorization,
  username,
  contentType,
  body,
}: Exchange): Readonly<Record<string, string>> {
  const { origin, href: url } = new URL(path, location.origin)
  const isBasic = authorization?.startsWith('Basic')
  const name = username ?? 'USERNAME'
  // A line for each part: a narrow column would break it within an option.
  const lines = (...parts: readonly string[]): string => parts.join(' \\\n  ')
  const call = [
    `--request ${method}`,
    // Of what it is given as data curl says that it is a form's.
    ...(contentType === undefined ? [] : [`--header ${quote(`Content-Type: ${contentType}`)}`]),
    ...(body === undefined ? [] : [`--data ${quote(body)}`]),
    quote(url),
  ]
  const curl = isBasic
    ? lines('curl', `--user ${quote(name)}`, ...call)
    : `fluxauth header ${quote(origin)} |\n  ${lines('curl --header @-', ...call)}`
  const secret = isBasic
    ? `http.basicAuth(u: ${fluxLiteral(name)}, p: secrets.get(key: "INFLUX_PASSWORD"))`
    : `"Token " + secrets.get(key: "INFLUX_TOKEN")`
  const type = contentType === undefined ? '' : `, "Content-Type": ${fluxLiteral(contentType)}`
  const flux = `${isBasic ? 'import "http"\n' : ''}import "http/requests"
import "influxdata/influxdb/secrets"

response = requests.do(
  method: "${method}",
  url: ${fluxLiteral(url)},
  headers: ["Authorization": ${secret}${type}],${body === undefined ? '' : `\n  body: bytes(v: ${fluxLiteral(body)}),`}
)

requests.peek(response: response)`
  const credentials = isBasic
    ? `{ scheme: 'basic', username: ${JSON.stringify(name)}, password: process.env.INFLUX_PASSWORD }`
    : 'process.env.INFLUX_TOKEN'
  const init = [
    `method: '${method}'`,
    ...(contentType === undefined ? [] : [`headers: { 'content-type': ${JSON.stringify(contentType)} }`]),
    ...(body === undefined ? [] : [`body: ${JSON.stringify(body)}`]),
  ]
  return {
    cURL: curl,
    Flux: flux,
    JavaScript: `import { authFetch } from '@fluxauth/auth-node'

const fetch = authFetch({ origin: '${origin}', credentials: ${credentials} })
const response = await fetch(${JSON.stringify(path)}, { ${init.join(', ')} })
console.log(response.status, await response.text())`,
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** As JSON, but that Flux puts a value in where a dollar sign and a brace stand. */
function fluxLiteral(text: string): string {
  return JSON.stringify(text).replaceAll('${', String.raw`\${`)
}
