// Who may use the proxy: a program that has its key, at its own address. A page of a browser may not, whatever name it reaches it by.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AuthError, parseAuthorization } from '@fluxauth/auth-core'

/** Why a request is refused, and how. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

/**
 * Whether a request may pass.
 *
 * @param query of its address: `p` may be the key, for clients of InfluxDB 1
 * @returns `undefined` where it may
 */
export function refuse(
  { method, headers, rawHeaders }: IncomingMessage,
  { key, port, query }: { readonly key: string; readonly port: number; readonly query: URLSearchParams },
): Refusal | undefined {
  // A name that leads here and is not ours: a page that made its own name lead to this machine would be of the same origin (DNS rebinding).
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts !== 1 || !ownHosts(port).includes(headers.host?.toLowerCase() ?? '')) {
    return { status: 421, code: 'invalid', message: `This proxy answers to 127.0.0.1:${port} alone` }
  }
  const { origin, 'sec-fetch-site': site } = headers
  if (origin !== undefined || (site !== undefined && site !== 'none')) {
    return {
      status: 403,
      code: 'forbidden',
      message: 'This proxy is for programs, and for no page of a browser',
    }
  }
  // Who answers it says back what was sent, and the credential with it: that is not for who has the key.
  if (method === 'TRACE') {
    return { status: 405, code: 'method not allowed', message: 'TRACE would show the credential' }
  }
  const given = givenKey(headers.authorization) ?? query.get('p') ?? undefined
  if (given === undefined || !isSame(given, key)) {
    return {
      status: 401,
      code: 'unauthorized',
      message: 'Give the key of this proxy as the token: it is the INFLUX_TOKEN that fluxauth proxy gave',
    }
  }
  return undefined
}

function ownHosts(port: number): readonly string[] {
  const names = ['127.0.0.1', 'localhost']
  return names.map((name) => `${name}:${port}`).concat(port === 80 ? names : [])
}

function givenKey(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  try {
    const credentials = parseAuthorization(value)
    return credentials.scheme === 'basic' ? credentials.password : credentials.token
  } catch (error) {
    if (AuthError.is(error)) return ''
    throw error
  }
}

/** Takes as long wherever the two differ. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
