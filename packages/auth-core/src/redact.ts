// Takes the secrets out of header values, headers and URLs, for logs and error messages.

const REDACTED = '[redacted]'

/** Scheme words that may be shown. Any other first word could be the secret itself. */
const SHOWN_SCHEME = /^(basic|token|bearer|digest|negotiate|ntlm|dpop) /i

const URL_HEADER = /(location|referr?er|refresh|-ur[il])$/i

/** Words of names that hold secrets; the first of them also as a part of longer words, such as `authtoken`, `JSESSIONID` and `csrf`. */
const SECRET_WORD =
  /token(?!iz)|secret(?!ar)|passw|passphr|pwd|credent|signature|cookie|jwt|srf|sess(ion)?id|(api|access|private)key|auth(orization|entication)?-|-(key|cert|pass|session|sid|sig|bearer)s?-/i
/** Parameters of URLs that carry credentials under names that say nothing elsewhere: InfluxDB's `u` and `p`, OAuth's `code`. */
const SECRET_PARAMETER = /^([upt]|user(name)?|code)=/i

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
 * import { redactAuthorization } from '@fluxauth/auth-core'
 *
 * redactAuthorization('Token my-token==') // 'Token [redacted]'
 */
export function redactAuthorization(value: string): string {
  return (SHOWN_SCHEME.exec(value)?.[0] ?? '') + REDACTED
}

/**
 * Whether a name, of a header, a parameter or a member, says that its value is a secret: it is split at its case and at whatever is no
 * letter, and has a word like `token`, `secret`, `password`, `key`, `auth`, `session`, `cookie`, `signature`, `credential`, `cert`, `csrf` or `jwt` in it.
 *
 * A name of another language, or one that runs such a word together with others (`mykey`), does not say it.
 *
 * @param name in any case
 * @example
 * import { isSecretName } from '@fluxauth/auth-core'
 *
 * isSecretName('PRIVATE-TOKEN') // true
 * isSecretName('clientSecret') // true
 * isSecretName('Keep-Alive') // false
 */
export function isSecretName(name: string): boolean {
  const words = name.replace(/[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, '$&-').replace(/[^a-z]+/gi, '-')
  // Headers of CORS say what may be sent, not what is.
  return SECRET_WORD.test(`-${words}-`) && !/^access-c/i.test(name)
}

/**
 * Copies headers and hides what is secret in them: the credentials of `Authorization` and `Proxy-Authorization`, the values of
 * cookies (names and attributes stay), headers whose name {@link isSecretName} knows (`X-Api-Key`, `PRIVATE-TOKEN`), and in all
 * others what {@link redactUrl} hides in the URLs there: `Location`, `Referer`, `Link`, `Refresh`.
 *
 * Not hidden is a secret of another kind under a name that does not say so, such as a token in `Sec-WebSocket-Protocol`.
 *
 * @param headers `Headers`, a `Map`, a list of pairs, Node's `rawHeaders`, or an object
 * @returns a copy of the same shape
 * @example
 * import { redactHeaders } from '@fluxauth/auth-core'
 *
 * redactHeaders({ authorization: 'Token my-token==' }) // { authorization: 'Token [redacted]' }
 */
export function redactHeaders<H extends HeadersShape>(headers: H): H {
  const pairs = headers as Iterable<unknown>
  const isIterable = Symbol.iterator in headers
  const list = isIterable ? [...pairs] : Object.entries(headers)
  const copy = list.map((item, index) =>
    Array.isArray(item)
      ? [item[0], redactHeader(item[0], item[1])]
      : index % 2
        ? redactHeader(list[index - 1] as string, item)
        : item,
  )
  if (Array.isArray(headers)) return copy as unknown as H
  const Shape = headers.constructor as new (pairs: unknown) => H
  return isIterable ? new Shape(copy) : (Object.fromEntries(copy as [string, string][]) as H)
}

function redactHeader(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => redactHeader(name, item))
  if (typeof value === 'number') return isSecretName(name) ? REDACTED : value
  if (typeof value !== 'string') return value
  if (/^(proxy-)?authorization$/i.test(name)) return redactAuthorization(value)
  if (/^(set-)?cookie$/i.test(name)) {
    return value.replace(/^s/i.test(name) ? /^([^=;]*=)?[^;]*/ : /([^=;]*=)?[^;]+/g, `$1${REDACTED}`)
  }
  if (isSecretName(name)) return REDACTED
  // Link ends its URLs with an angle bracket.
  return URL_HEADER.test(name) ? redactUrl(value) : value.replace(/[^>]+/g, (part) => redactText(part))
}

/**
 * Hides the credentials in a URL, in its query and in its fragment: user name and password before the host; the values of InfluxDB's
 * `u` and `p`, OAuth's `code`, `user` and `username`, and of parameters whose name {@link isSecretName} knows; and a parameter's value
 * that is a URL with any of these in it, however often it is encoded. All else stays as it is written.
 *
 * Not hidden is a secret in the path or under a name that does not say so; nor, where a password holds a slash, what can be read as a host
 * and a port, as in `https://user:123/4@host`; nor a password in a statement, as in `q=CREATE USER … WITH PASSWORD …`.
 *
 * @param url absolute or relative; it need not be valid
 * @returns the URL as a string
 * @example
 * import { redactUrl } from '@fluxauth/auth-core'
 *
 * redactUrl('https://localhost:8086/query?u=admin&p=s3cret&q=SHOW+USERS')
 * // 'https://localhost:8086/query?u=[redacted]&p=[redacted]&q=SHOW+USERS'
 */
export function redactUrl(url: string | { readonly href: string }): string {
  const text = typeof url === 'string' ? url : url.href
  return redactText(
    text
      // What URL parsers drop before they look at the rest (WHATWG URL, section 4.4).
      .replace(/^[\0- ]+|[\t\n\r]/g, '')
      // What ends the host may be part of a password that nobody encoded: a colon with no port behind it gives it away.
      .replace(
        /^([\w+.-]+:[\\/]*|[\\/]{2,}|)([^@:\\/?#[]*:(?!\d*([\\/?#]|$)).*|[^\\/?#]*)@/s,
        `$1${REDACTED}@`,
      ),
  )
}

/** Hides the credentials of the URLs in a text. */
function redactText(text: string): string {
  let hides = false
  return text
    .replace(/([\\/]{2})[^\\/?#]*@/g, `$1${REDACTED}@`)
    .replace(/([?&;#])([^?&;#=]*=?)([^?&;#]*)/g, (_, separator: string, name: string, value: string) => {
      // Not everybody ends a value at these: what follows may belong to the secret.
      if (hides && /[;?]/.test(separator)) return ''
      const plain = name.endsWith('=') && decode(name)
      const inside = value && decode(value)
      hides = !!plain && (SECRET_PARAMETER.test(plain) || isSecretName(plain))
      return (
        separator + name + (hides || (inside !== value && redactText(inside) !== inside) ? REDACTED : value)
      )
    })
}

/** Decodes percent-encoding, however often it was applied. What is no ASCII need not come out right. */
function decode(text: string): string {
  return text.replace(/%(25)*([\da-f]{2})/gi, (_, _more, hex: string) => String.fromCharCode(+`0x${hex}`))
}
