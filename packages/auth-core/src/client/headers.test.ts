// Headers by names in any case, with spellings beside each other.

import { expect, test } from 'vitest'
import { createAuthorizer, RecordHeaders, withAuth } from './index.ts'

const ABSENT_FIRST = { Authorization: undefined, authorization: 'x' }
const ABSENT_LAST = { authorization: 'x', AUTHORIZATION: undefined }

test.each([ABSENT_FIRST, ABSENT_LAST])(
  'a header that is set is found beside a spelling that is undefined',
  (given) => {
    const headers = new RecordHeaders<string | undefined>(given)
    expect(headers.has('authorization')).toBe(true)
    expect(headers.record).toEqual({ authorization: 'x' })
    expect(Object.keys(headers.record)).toEqual(['authorization'])
  },
)

test('one that is undefined in all spellings is none, and is set under one name', () => {
  const headers = new RecordHeaders<string | undefined>({
    Authorization: undefined,
    AUTHORIZATION: undefined,
  })
  expect(headers.has('authorization')).toBe(false)
  headers.set('authorization', 'ours')
  expect(Object.entries(headers.record)).toEqual([['Authorization', 'ours']])
})

test('a header is deleted in all spellings', () => {
  const headers = new RecordHeaders({ Authorization: 'a', authorization: 'b', other: 'c' })
  headers.delete('authorization')
  expect(headers.record).toEqual({ other: 'c' })
})

test.each([ABSENT_FIRST, ABSENT_LAST])(
  'a caller’s Authorization goes alone through fetch',
  async (headers) => {
    const sent: (string | null)[] = []
    const send = async (_: string, init: RequestInit) => {
      sent.push(new Headers(init.headers).get('authorization'))
      return new Response()
    }
    const origin = 'https://influx.example'
    const request = withAuth(send as typeof fetch, createAuthorizer({ origin, credentials: 'ours' }))
    await request(origin, { headers: headers as unknown as Record<string, string> })
    expect(sent).toEqual(['x'])
  },
)
