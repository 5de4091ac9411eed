// Takes the secrets out of header values, headers and URLs, for logs and error messages.

const REDACTED = '[redacted]'

/** Scheme words that may be shown. Any other first word could be the secret itself. */
const SHOWN_SCHEME = /^(basic|token|bearer|digest|negotiate|ntlm|dpop) /i

const AUTHORIZATION = /^(proxy-)?authorization$/i
const SECRET_HEADER = /^(x-.*(token|key|secret|auth).*|api-?key)$/i
const URL_HEADER = /^((content-)?location|referer)$/i

/** Query and fragment parameters that carry credentials: InfluxDB's `u` and `p`, OAuth's, and their look-alikes. */
const SECRET_PARAMETER = /^(u|p|t|user(name)?|pass(word)?|(.*_)?token|api_?key|(.*_)?secret)$/i

/** A header's value in the shapes that platforms use. */
export type HeaderValue = string | number | readonly string[] | undefined

/** Headers in the shapes that platforms use: `Headers`, a `Map`, a list of pairs, Node's flat `rawHeaders`, an object. */
export type HeadersShape =
  | Iterable<readonly [string, HeaderValue]>
  | readonly string[]
  | { readonly [name: string]: HeaderValue }

/**
 * Hides the credentials of an `Authorization` or `Proxy-Authorization` value and keeps a known scheme word.
 *
 * @returns for example `Basic [redacted]`; `[redacted]` alone where the first word could itself be the secret
 * @example
 * redactAuthorization('Token my-token==') // 'Token [redacted]'
 */
export function redactAuthorization(value: string): string {
  const scheme = SHOWN_SCHEME.exec(value)?.[1]
  return scheme ? `${scheme} ${REDACTED}` : REDACTED
}

/**
 * Copies headers and hides what is secret in them: the credentials of `Authorization` and `Proxy-Authorization`, the values of
 * cookies (names and attributes stay), headers like `X-Auth-Token` and `X-Api-Key`, and credentials in `Location` and `Referer`.
 *
 * @param headers `Headers`, a `Map`, a list of pairs, Node's `rawHeaders`, or an object
 * @returns a copy of the same shape
 * @example
 * redactHeaders({ authorization: 'Token my-token==' }) // { authorization: 'Token [redacted]' }
 */
export function redactHeaders<H extends HeadersShape>(headers: H): H {
  const redactPair = ([name, value]: readonly [string, HeaderValue]): [string, HeaderValue] => [
    name,
    typeof value === 'object' ? value.map((item) => redactHeader(name, item)) : redactHeader(name, value),
  ]
  let copy: unknown
  if (!(Symbol.iterator in headers)) {
    copy = Object.fromEntries(Object.entries(headers as Record<string, HeaderValue>).map(redactPair))
  } else if (!Array.isArray(headers)) {
    const Shape = headers.constructor as new (pairs: readonly [string, HeaderValue][]) => H
    copy = new Shape([...(headers as Iterable<readonly [string, HeaderValue]>)].map(redactPair))
  } else if (typeof headers[0] === 'string') {
    copy = headers.map((item, index) => (index % 2 ? redactHeader(headers[index - 1], item) : item))
  } else {
    copy = headers.map(redactPair)
  }
  return copy as H
}

function redactHeader<V extends HeaderValue>(name: string, value: V): V | string {
  if (typeof value !== 'string') return value
  if (AUTHORIZATION.test(name)) return redactAuthorization(value)
  if (/^cookie$/i.test(name)) return value.replace(/([^=;]*=)?[^;]+/g, `$1${REDACTED}`)
  if (/^set-cookie$/i.test(name)) return value.replace(/^([^=;]*=)?[^;]*/, `$1${REDACTED}`)
  if (SECRET_HEADER.test(name)) return REDACTED
  return URL_HEADER.test(name) ? redactUrl(value) : value
}

/**
 * Hides the credentials in a URL: user name and password before the host, and the values of parameters like InfluxDB's `u` and
 * `p`, `token`, `access_token` and `password`, in the query and in the fragment. All else stays as it is written.
 *
 * @param url absolute or relative; it need not be valid
 * @returns the URL as a string
 * @example
 * redactUrl('https://localhost:8086/query?u=admin&p=s3cret&q=SHOW+USERS')
 * // 'https://localhost:8086/query?u=[redacted]&p=[redacted]&q=SHOW+USERS'
 */
export function redactUrl(url: string | { readonly href: string }): string {
  const text = typeof url === 'string' ? url : url.href
  return (
    text
      // What URL parsers drop before they look at the rest (WHATWG URL, section 4.4).
      .replace(/^[\0- ]+|[\t\n\r]/g, '')
      .replace(/^([a-z][a-z\d+.-]*:)?([\\/]*)[^\\/?#]*@/i, `$1$2${REDACTED}@`)
      .replace(/([?&;#])([^?&;#=]*)=[^?&;#]*/g, (whole, separator: string, name: string) =>
        SECRET_PARAMETER.test(decodeName(name)) ? `${separator}${name}=${REDACTED}` : whole,
      )
  )
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
