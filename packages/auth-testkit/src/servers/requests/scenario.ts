// What a row of the table is: a request, what the verifier is made with, and what is to be answered.

import type { VerifierOptions } from '@fluxauth/auth-core/server'
import { secrets } from '../accounts.ts'

/** What a server is to answer. */
export interface ExpectedAnswer {
  readonly status: number
  /** `null` for a header that must be absent. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Text exactly, or what a JSON body must hold at least. */
  readonly body?: string | Readonly<Record<string, unknown>>
}

/** A request, and what is to be answered. */
export interface ServerScenario {
  readonly title: string
  /** What the verifier is made with, beside the suite's accounts. */
  readonly verifier: Partial<VerifierOptions>
  /** Default `'GET'`. */
  readonly method?: string
  /** Default `/api/v2/me`. */
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  readonly answer: ExpectedAnswer
}

export const ME = '/api/v2/me'
export const cookie: string = `influxdb-oss-session=${secrets.session}`
export const CREATED: ExpectedAnswer = { status: 201 }

/** A Basic value of text that nobody would encode. */
export const basic = (text: string): string => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`

/** Who is let in. */
const letIn = (user: string, by: string): ExpectedAnswer => ({ status: 200, body: { user, by } })
export const ALICE: ExpectedAnswer = letIn('alice', 'token')
export const BOB: ExpectedAnswer = letIn('bob', 'token')
export const ALICE_BY_PASSWORD: ExpectedAnswer = letIn('alice', 'password')
export const ALICE_BY_SESSION: ExpectedAnswer = letIn('alice', 'session')

/** How each product refuses, as it was read from their sources and seen on the wire. */
const json = 'application/json; charset=utf-8'
const v2Refusal = (status: number, code: string, message: string): ExpectedAnswer => ({
  status,
  headers: {
    'content-type': json,
    'x-platform-error-code': code,
    'www-authenticate': null,
    'cache-control': 'no-store',
  },
  body: JSON.stringify({ code, message }),
})
export const v1Refusal = (error: string): ExpectedAnswer => ({
  status: 401,
  headers: {
    'content-type': json,
    'www-authenticate': 'Basic realm="InfluxDB"',
    'x-platform-error-code': null,
    'cache-control': 'no-store',
  },
  body: JSON.stringify({ error }),
})
export const empty = (status: number): ExpectedAnswer => ({
  status,
  headers: { 'content-type': null, 'www-authenticate': null, 'x-platform-error-code': null },
  body: '',
})
export const UNAUTHORIZED: ExpectedAnswer = v2Refusal(401, 'unauthorized', 'unauthorized access')
export const DISABLED: ExpectedAnswer = v2Refusal(403, 'forbidden', 'User is inactive')
export const FORBIDDEN: ExpectedAnswer = v2Refusal(403, 'forbidden', 'insufficient permissions')
export const TOKEN_INACTIVE: ExpectedAnswer = v2Refusal(401, 'unauthorized', 'token is inactive')
/** InfluxDB 2's at `/query` and `/write`, where a credential was read. */
export const QUERY_REFUSED: ExpectedAnswer = v2Refusal(401, 'unauthorized', 'Unauthorized')
export const UNPARSED: ExpectedAnswer = v1Refusal('unable to parse authentication credentials')
export const FAILED: ExpectedAnswer = v1Refusal('authorization failed')
export const MALFORMED: ExpectedAnswer = {
  status: 400,
  headers: { 'content-type': json, 'www-authenticate': null },
  body: JSON.stringify({ error: 'Authorization header was malformed' }),
}

export type Row = readonly [title: string, authorization: string | undefined, answer: ExpectedAnswer]

/** Requests that differ in their `Authorization` value alone. */
export function rows(
  prefix: string,
  verifier: Partial<VerifierOptions>,
  list: readonly Row[],
  rest: Partial<ServerScenario> = {},
): ServerScenario[] {
  return list.map(([title, authorization, answer]) => ({
    ...rest,
    title: `${prefix}: ${title}`,
    verifier,
    headers: { ...rest.headers, ...(authorization !== undefined && { authorization }) },
    answer,
  }))
}

/** The path with a user name and password in its query. */
export const query = (u: string, p: string): string =>
  `${ME}?${new URLSearchParams({ q: 'SHOW DATABASES', u, p })}`
