// Says which problem there is with a server's certificate, and how to have it trusted.

/** How Node is told to trust one more authority, or a server's own certificate: for the whole process, or for one client. */
function trust(certificate: string): string {
  return `set NODE_EXTRA_CA_CERTS to a file with ${certificate} (PEM), or in a program give it as the option ca: of an https.Agent, or within connect of an Agent of undici, which fetch takes`
}

/** By the codes of Node's TLS. What switches checks off is on no way out: whoever listens in would be trusted as well. */
const PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `has signed its certificate itself: ${trust('that certificate')}`,
  SELF_SIGNED_CERT_IN_CHAIN: `has a certificate of an authority that this machine does not know: ${trust("the authority's certificate")}`,
  UNABLE_TO_GET_ISSUER_CERT: `has a certificate of an authority that this machine does not know: ${trust("the authority's certificate")}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `has a certificate of an authority that this machine does not know: ${trust("the authority's certificate")}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `does not send the certificate of who signed its own: have it send the whole chain, or ${trust('what is missing')}`,
  CERT_HAS_EXPIRED: 'has a certificate that is out of date: renew it; or set the clock of this machine',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet: look at the clocks of both machines',
  CERT_REVOKED: 'has a certificate that was revoked: it needs a new one',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'has a certificate for another name: call it by a name that is in its certificate',
  CERT_SIGNATURE_FAILURE: 'has a certificate whose signature is wrong: it needs a new one',
  INVALID_CA: `has a certificate signed by what is no authority: ${trust('the certificate of one that is')}`,
  INVALID_PURPOSE: 'has a certificate that is not for servers: it needs another one',
  CERT_UNTRUSTED: `has a certificate that is not trusted here: ${trust("the authority's certificate")}`,
  CERT_REJECTED: 'has a certificate that is rejected here: it needs another one',
  CERT_CHAIN_TOO_LONG: 'has too long a chain of certificates: shorten it',
  EE_KEY_TOO_SMALL: 'has a certificate with too short a key: it needs a new one',
  CA_MD_TOO_WEAK: 'has a certificate with too weak a signature: it needs a new one',
}

/**
 * Says what is wrong with a server's certificate, and how to have it trusted.
 *
 * @param error what a client of Node rejected with: the reason is looked for among its causes
 * @returns a sentence; `undefined` when the error is about something else
 * @example
 * import { explainCertificateError } from '@fluxauth/auth-node'
 *
 * explainCertificateError(Object.assign(new Error(), { code: 'CERT_HAS_EXPIRED' }))
 * // 'The server has a certificate that is out of date: renew it; or set the clock of this machine'
 * @see Node.js documentation, "TLS (SSL)", "X509 certificate error codes"
 */
export function explainCertificateError(error: unknown): string | undefined {
  let reason: unknown = error
  for (let depth = 0; depth < 8 && typeof reason === 'object' && reason !== null; depth++) {
    const { code, cause, errors } = reason as { code?: unknown; cause?: unknown; errors?: readonly unknown[] }
    if (typeof code === 'string' && Object.hasOwn(PROBLEMS, code)) return `The server ${PROBLEMS[code]}`
    reason = cause ?? errors?.[0]
  }
  return undefined
}
