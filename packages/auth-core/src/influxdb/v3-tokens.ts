// Tokens of InfluxDB 3 Core and Enterprise: named, and made at endpoints of their own. By InfluxData's documentation: no InfluxDB 3 runs in our tests.

import { whole } from '../option-rules.ts'
import { InfluxError } from './errors.ts'
import { checkInput, name as text } from './input.ts'
import type { CallOptions, Influx } from './types.ts'

/** A token of InfluxDB 3. What prints or clones it does not show its value. */
export interface V3Token {
  readonly name: string
  /** As the server writes times. */
  readonly createdAt: string | undefined
  /** As the server writes times; `undefined` where it does not end. */
  readonly expiry: string | undefined
  /** The token itself, which is in this answer and never again. */
  readonly token: string
}

/** What a new token is to be. */
export interface NewV3Token {
  readonly name: string
  /** In seconds, from now. Left out, it does not end. */
  readonly expiresIn?: number
}

class Token implements V3Token {
  readonly name: string
  readonly createdAt: string | undefined
  readonly expiry: string | undefined
  readonly #token: string

  constructor(name: string, token: string, { created_at, expiry }: Readonly<Record<string, string | null>>) {
    this.name = name
    this.createdAt = created_at ?? undefined
    this.expiry = expiry ?? undefined
    this.#token = token
  }

  get token(): string {
    return this.#token
  }
}

const PATH = '/api/v3/configure/token'
const expiresIn = /* @__PURE__ */ whole(1)

async function make(influx: Influx, kind: string, body: object, options?: CallOptions): Promise<V3Token> {
  const request = { method: 'POST', path: `${PATH}/${kind}` } as const
  const answer = await influx.send({ ...options, ...request, ...(Object.keys(body).length > 0 && { body }) })
  const made = Object(answer.body) as Record<string, string | null>
  if (typeof made.name === 'string' && typeof made.token === 'string')
    return new Token(made.name, made.token, made)
  throw new InfluxError('ERR_INFLUX_ANSWER', 'The answer is no token', { status: answer.status })
}

/** Makes the operator's token of a new server, which asks for no credential as long as it has none. */
async function createOperator(influx: Influx, options?: CallOptions): Promise<V3Token> {
  return make(influx, 'admin', {}, options)
}

/** Makes the operator's token anew, by itself: from then on the old one is refused. */
async function regenerateOperator(influx: Influx, options?: CallOptions): Promise<V3Token> {
  return make(influx, 'admin/regenerate', {}, options)
}

/** Makes a token that may do everything but change the operator's; reason `conflict` where the name is taken. */
async function create(influx: Influx, token: NewV3Token, options?: CallOptions): Promise<V3Token> {
  checkInput(token, { name: text, expiresIn }, ['name'])
  const { name, expiresIn: seconds } = token
  return make(influx, 'named_admin', { token_name: name, expiry_secs: seconds }, options)
}

/** Deletes a token by its name; reason `not-found` where there is none. */
async function remove(influx: Influx, name: string, options?: CallOptions): Promise<void> {
  checkInput({ name }, { name: text })
  await influx.send({ ...options, method: 'DELETE', path: PATH, query: { token_name: name } })
}

/**
 * Tokens of InfluxDB 3 Core and Enterprise, `/api/v3/configure/token`. Each function throws `InfluxError`, and `OptionsError` before
 * anything is sent.
 *
 * @example
 * import { influxApi, v3Tokens } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8181', credentials: process.env.INFLUXDB3_AUTH_TOKEN })
 * const { name, token } = await v3Tokens.create(influx, { name: 'station 7', expiresIn: 86_400 })
 * console.log(name, token.startsWith('apiv3_')) // station 7 true
 * await v3Tokens.delete(influx, name)
 */
export const v3Tokens: {
  readonly createOperator: typeof createOperator
  readonly regenerateOperator: typeof regenerateOperator
  readonly create: typeof create
  readonly delete: typeof remove
} = { createOperator, regenerateOperator, create, delete: remove }
