// Reads what a request asks for: a body, identifiers, a page of a list. What cannot be read is refused, never passed over.

import { encodeBasic } from '@fluxauth/auth-core'
import type { Context } from 'hono'
import { invalid } from './refusals.ts'

/** The body, which has to be a JSON object. */
export async function readObject(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await context.req.json().catch(() => undefined)
  if (!isRecord(body)) throw invalid('invalid json structure: the body has to be an object')
  return body
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Text, or `undefined` where there is none. */
export function readText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(`invalid json structure: ${name} has to be text`)
  return value
}

/** Refuses a user name or a password that Basic cannot carry: nobody could ever sign in with it. */
export function checkCarried(username: string, password: string): void {
  try {
    encodeBasic(username, password)
  } catch {
    throw invalid(
      'no colon in a name, and neither there nor in a password what is no text: nobody could sign in',
    )
  }
}

/** A status, or `undefined` where there is none. */
export function readStatus(value: unknown): 'active' | 'inactive' | undefined {
  const status = readText('status', value)
  if (status === undefined || status === 'active' || status === 'inactive') return status
  throw invalid('invalid status: must be active or inactive')
}

/** An identifier: 16 hexadecimal digits, in one spelling, since it is compared. */
export function readID(value: unknown, before = ''): string {
  if (typeof value !== 'string' || value.length !== 16) {
    throw invalid(`${before}id must have a length of 16 bytes`)
  }
  const id = value.toLowerCase()
  if (!/^[\da-f]{16}$/.test(id) || id === '0'.repeat(16)) throw invalid(`${before}invalid ID`)
  return id
}

/** The identifier in the path. */
export function pathID(context: Context): string {
  return readID(context.req.param('id'))
}

/** A parameter of the query; an empty one is none, and where there are several the first counts. */
export function queryText(context: Context, name: string): string | undefined {
  return context.req.query(name) || undefined
}

/** An identifier in the query. */
export function queryID(context: Context, name: string): string | undefined {
  const value = queryText(context, name)
  return value === undefined ? undefined : readID(value, name === 'after' ? 'decoding after: ' : '')
}

/** Which part of a list to show. */
export interface Page {
  readonly limit: number
  readonly offset: number
  readonly descending: boolean
  readonly after: string | undefined
}

/** The page that the query asks for. */
export function readPage(context: Context): Page {
  const limit = queryNumber(context, 'limit') ?? 20
  if (limit < 1 || limit > 100) throw invalid('limit must be between 1 and 100')
  const descending = queryText(context, 'descending') ?? 'false'
  if (descending !== 'true' && descending !== 'false') throw invalid('descending is invalid')
  return {
    limit,
    offset: Math.max(queryNumber(context, 'offset') ?? 0, 0),
    descending: descending === 'true',
    after: queryID(context, 'after'),
  }
}

function queryNumber(context: Context, name: string): number | undefined {
  const value = queryText(context, name)
  if (value !== undefined && !/^-?\d{1,9}$/.test(value)) throw invalid(`${name} is invalid`)
  return value === undefined ? undefined : Number(value)
}

/**
 * That part of a list.
 *
 * @param order what the list is in the order of: by identifiers it goes on behind one that is gone, else there is nothing behind that
 */
export function cut<T extends { readonly id: string }>(
  list: readonly T[],
  { limit, offset, descending, after }: Page,
  order: 'id' | 'name' = 'id',
): T[] {
  const ordered = descending ? [...list].reverse() : list
  const behind = (): number => {
    if (after === undefined) return 0
    const there = ordered.findIndex(({ id }) => id === after)
    if (there >= 0) return there + 1
    const next = ordered.findIndex(({ id }) => (descending ? id < after : id > after))
    return order === 'name' || next < 0 ? ordered.length : next
  }
  const start = behind() + offset
  return ordered.slice(start, start + limit)
}

/** The links of a page of a list: to itself, and to the next and the one before where there may be one. */
export function pageLinks(
  path: string,
  filters: Readonly<Record<string, string | undefined>>,
  { limit, offset, descending, after }: Page,
  shown: number,
): Readonly<Record<string, string>> {
  const link = (start: number) => {
    const given = Object.entries({ ...filters, after }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    )
    const query = new URLSearchParams([
      ...given,
      ['descending', String(descending)],
      ['limit', String(limit)],
      ['offset', String(start)],
    ])
    query.sort()
    return `${path}?${query}`
  }
  return {
    ...(offset > 0 && { prev: link(Math.max(offset - limit, 0)) }),
    self: link(offset),
    ...(shown === limit && { next: link(offset + limit) }),
  }
}
