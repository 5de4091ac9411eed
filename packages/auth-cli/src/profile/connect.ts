// A connection to the server of a credential, signed in where the server takes user names and passwords for that alone.

import {
  type Influx,
  InfluxError,
  influxApi,
  type ProductName,
  products,
  signIn,
  signOut,
} from '@fluxauth/auth-core/influxdb'
import { EXIT, NoCredentialError, UsageError } from '../output/errors.ts'
import { toType } from '../output/shell.ts'
import { waitFor } from '../output/waiting.ts'
import { findProduct } from './find-product.ts'
import type { FoundCredential } from './from-environment.ts'

/** A connection; `end` signs out of what was signed in for it. */
export interface Connection {
  readonly influx: Influx
  /** As the profile knows it, or as the server was found to be. */
  readonly product: ProductName | undefined
  end(): Promise<void>
}

/** The server does not sign this user in. */
export class PasswordError extends UsageError {
  readonly reason = 'credential'

  constructor() {
    super('ERR_PASSWORD', 'The server does not take this user name and password', EXIT.refused)
  }
}

/**
 * Connects to the server that a credential is for.
 *
 * @param timeout in seconds, of each request; that of `influxApi` by default
 * @throws {NoCredentialError} `ERR_NO_CREDENTIAL` where nothing names a server
 * @throws {PasswordError} `ERR_PASSWORD`
 * @throws {InfluxError} where signing in fails otherwise, or nobody answers
 */
export async function connect(
  found: FoundCredential,
  allowInsecure?: boolean,
  timeout?: number,
): Promise<Connection> {
  const { credentials, host, profile } = found
  if (host === undefined) {
    throw new NoCredentialError(
      `${found.source} names no server: set INFLUX_HOST, or log in with ${toType('login')}`,
    )
  }
  const options = { url: host, allowInsecure: allowInsecure ?? profile?.known?.allowInsecure }
  const product = found.product ?? (await findProduct(host, options.allowInsecure)).product
  const { origin } = new URL(host)
  const influx = influxApi({
    ...options,
    credentials,
    fetch: (input, init) => waitFor(`an answer from ${origin}`, fetch(input, init)),
    ...(timeout !== undefined && { timeout }),
  })
  const signsIn = credentials.scheme === 'basic' && product !== undefined && takesPasswordsAtSignIn(product)
  if (!signsIn) return { influx, product, end: async () => undefined }
  const cookie = await signIn(influx, credentials).catch((error) => {
    throw error instanceof InfluxError && error.reason === 'credential' ? new PasswordError() : error
  })
  const session = influx.as(cookie)
  // Whoever keeps a password is signed in for one command, and out after it.
  return { influx: session, product, end: async () => void (await signOut(session).catch(() => undefined)) }
}

/** Whether Basic is for signing in, and for nothing else of the product's own API. */
export function takesPasswordsAtSignIn(product: ProductName): boolean {
  return products[product].api.session && products[product].api.basic === false
}

/** Runs what needs a connection, and ends it. Options as those of `connect`. */
export async function withConnection<T>(
  found: FoundCredential,
  run: (connection: Connection) => Promise<T>,
  allowInsecure?: boolean,
  timeout?: number,
): Promise<T> {
  const connection = await connect(found, allowInsecure, timeout)
  try {
    return await run(connection)
  } finally {
    await connection.end()
  }
}
