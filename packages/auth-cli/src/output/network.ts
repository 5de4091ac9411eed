// Why there is no answer, in words that say what to do: a wrong name, a closed port, a certificate that is not trusted.

import { explainCertificateError } from '@fluxauth/auth-node'

/** What is told of it. */
export interface NetworkReport {
  readonly code: string
  readonly message: string
  /** Whether the request was one that cannot be sent, so that the network had no part in it. */
  readonly isUsage?: boolean
}

const OLD_TLS =
  'The server speaks older versions of TLS alone, which are not safe: have it speak 1.2 or later'

/** By the codes of Node and of its `fetch`; what is not here is "No answer". */
const MESSAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'No answer: nothing listens there. Is the server up, and the port right?',
  ENOTFOUND: 'No answer: there is no such host. Is its name right?',
  EAI_AGAIN: 'No answer: the name of the host could not be looked up. Is there a network?',
  EHOSTUNREACH: 'No answer: there is no way to the host. Is there a network, or a VPN to start?',
  ENETUNREACH: 'No answer: there is no way to the host. Is there a network, or a VPN to start?',
  ECONNRESET: 'The server ended the connection. Is it http where https is meant, or the other way round?',
  EPIPE: 'The server ended the connection before it had read all.',
  ETIMEDOUT: 'No answer: the host does not react. Is a firewall in between?',
  UND_ERR_CONNECT_TIMEOUT: 'No answer: the host does not react. Is a firewall in between?',
  UND_ERR_HEADERS_TIMEOUT: 'No answer within five minutes, which is the longest wait for the start of one',
  UND_ERR_BODY_TIMEOUT: 'The answer paused for five minutes, which is the longest wait for its next part',
  UND_ERR_SOCKET: 'The server ended the connection. Is it http where https is meant, or the other way round?',
  UND_ERR_HEADERS_OVERFLOW: 'The answer has more headers than can be read',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'The answer is shorter or longer than it says',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER:
    'The server does not speak TLS there: write http://, or the port of its https',
  ERR_SSL_PACKET_LENGTH_TOO_LONG:
    'The server does not speak TLS there: write http://, or the port of its https',
}

/** A request that cannot be sent. */
const UNSENDABLE: Readonly<Record<string, string>> = {
  UND_ERR_INVALID_ARG:
    'A --header is one that the connection itself writes, or has a value that cannot be sent: leave it out',
  UND_ERR_NOT_SUPPORTED: 'A --header asks for what cannot be done from here, like Expect: leave it out',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'Leave out the --header Content-Length: it is written by itself',
}

/** Says why; `undefined` for what is no failure of the network. */
export function describeNetworkError(error: unknown): NetworkReport | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'TimeoutError')
    return { code: 'ERR_TIMEOUT', message: 'No answer in time: see --timeout' }
  // What Node's fetch rejects with; the reason is its cause.
  if (error.name !== 'TypeError' || !/^(fetch failed|terminated)$/.test(error.message)) return undefined
  const cause = innermost(error)
  const { code = 'ERR_NETWORK', message } = cause
  if (message === 'bad port') {
    return {
      code: 'ERR_PORT',
      message: 'No answer: that port belongs to another service, and fetch does not call it',
    }
  }
  const unsendable = UNSENDABLE[code]
  if (unsendable) return { code, message: unsendable, isUsage: true }
  const certificate = explainCertificateError(error)
  if (certificate) return { code, message: certificate }
  if (error.message === 'terminated') {
    const isEarly = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'
    return {
      code,
      message: (!isEarly && MESSAGES[code]) || 'The answer broke off: what came of it is not all',
    }
  }
  if (code.startsWith('HPE_')) {
    return {
      code,
      message: 'What the server sent is no HTTP. Is it another service, or https where http is meant?',
    }
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return { code, message: `${MESSAGES[code] ?? 'The server and this command found no way to speak TLS'}` }
  }
  return { code, message: MESSAGES[code] ?? 'No answer: is the server up, and the URL right?' }
}

/** The reason itself. Where several addresses were tried, that of the first. */
function innermost(error: Error): Error & { readonly code?: string } {
  let inner: Error & { readonly code?: string; readonly errors?: readonly unknown[] } = error
  for (let depth = 0; depth < 5; depth++) {
    const next = inner.cause ?? inner.errors?.[0]
    if (!(next instanceof Error)) break
    inner = next
  }
  return inner
}
