// A body is as long as its headers say, to the byte, or the request ends.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import axios from 'axios'
import { afterEach, expect, test } from 'vitest'
import { authAxios } from './axios.ts'
import { authHttp } from './http.ts'
import { quietRequest } from './quiet-request.ts'

const servers: (Server | ReturnType<typeof createSocketServer>)[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listen<S extends Server | ReturnType<typeof createSocketServer>>(server: S): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that notes every byte and answers each header section. */
async function startRecorder() {
  const bytes: string[] = []
  const origin = await listen(
    createSocketServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        bytes.push(data.toString('latin1'))
        if (data.includes('\r\n\r\n')) socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      })
    }),
  )
  return { origin, received: () => bytes.join('') }
}

const MISMATCH = { code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH' }
const parts = () => Readable.from([Buffer.from('abc'), Buffer.from('def')])
const bad: readonly [string, Record<string, string>, string | undefined][] = [
  ['more than its Content-Length', { 'Content-Length': '2' }, 'abcdef'],
  ['less than its Content-Length', { 'Content-Length': '9' }, 'abcdef'],
  ['nothing, with a Content-Length', { 'content-length': '9' }, undefined],
  ['something, with a Content-Length that is no number', { 'content-length': '0x6' }, 'abcdef'],
  ['something, with a coding that has no end', { 'transfer-encoding': 'gzip' }, 'abcdef'],
  ['something, with a coding that only ends alike', { 'transfer-encoding': 'unchunked' }, 'abcdef'],
  ['something, with a coding over the chunks', { 'transfer-encoding': 'chunked, gzip' }, 'abcdef'],
]

test.each<[string, unknown]>([
  ['an object', { a: 1 }],
  ['a number', 5],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['a stream of objects', Readable.from([{ a: 1 }])],
  ['a stream of numbers', Readable.from([Buffer.from('abc'), 5])],
])('a body that is %s is refused as what it is', async (_, body) => {
  const { origin } = await startRecorder()
  const { request } = authHttp({ origin, credentials: 'my-token' })
  await expect(request('/', { method: 'POST', body: body as string })).rejects.toMatchObject({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringContaining('text or bytes'),
  })
})

test.each(bad.flatMap((one) => ['GET', 'POST', 'DELETE'].map((method) => [method, ...one] as const)))(
  'a %s with %s is refused, and nothing of the body is sent',
  async (method, _, headers, body) => {
    const { origin, received } = await startRecorder()
    const { request } = authHttp({ origin, credentials: 'my-token' })
    await expect(request('/', { method, headers, body })).rejects.toMatchObject(MISMATCH)
    expect(received()).not.toContain('abcdef')
  },
)

test('a stream is sent no further than its Content-Length', async () => {
  const { origin, received } = await startRecorder()
  const { request } = authHttp({ origin, credentials: 'my-token' })
  for (const length of ['5', '7']) {
    const sent = request('/', { method: 'PUT', headers: { 'content-length': length }, body: parts() })
    await expect(sent.then((answer) => text(answer))).rejects.toMatchObject(MISMATCH)
  }
  expect(received()).not.toContain('abcdef\r')
})

test('axios with a wrong Content-Length fails like any request, and nothing else does', async () => {
  const { origin, received } = await startRecorder()
  const api = axios.create()
  authAxios(api, { origin, credentials: 'my-token' })
  const headers = { 'Content-Length': '2' }
  for (const data of ['abcdef', parts()]) {
    await expect(api.delete('/', { data, headers })).rejects.toMatchObject(MISMATCH)
  }
  expect(received()).not.toContain('abc')
})

test.each(['chunked', 'Chunked'])(
  'a coding of the caller’s, %s, wins over a length, which is left out',
  async (coding) => {
    const { origin, received } = await startRecorder()
    const { request } = authHttp({ origin, credentials: 'my-token' })
    await request('/', {
      method: 'DELETE',
      headers: { 'content-length': '1', 'transfer-encoding': coding },
      body: 'abc',
    })
    expect(received()).toContain(`transfer-encoding: ${coding}\r\n`)
    expect(received()).not.toMatch(/content-length/i)
    expect(received().endsWith('\r\n\r\n3\r\nabc\r\n0\r\n\r\n')).toBe(true)
  },
)

test('a request without a body says nothing about one', async () => {
  const { origin, received } = await startRecorder()
  const { request } = authHttp({ origin, credentials: 'my-token' })
  for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) await request('/', { method })
  expect(received()).not.toMatch(/content-length|transfer-encoding/i)
})

test('a body that waits for leave is framed, or refused where Node cannot', async () => {
  const bodies: string[] = []
  const origin = await listen(
    createServer(async (request, response) => {
      bodies.push(`${request.method} ${await text(request)}`)
      response.end()
    }),
  )
  const { request } = authHttp({ origin, credentials: 'my-token' })
  const headers = { expect: '100-continue' }
  await request('/', { method: 'POST', headers, body: 'abc' })
  await request('/', { method: 'DELETE', headers: { ...headers, 'content-length': '3' }, body: 'abc' })
  await request('/', {
    method: 'DELETE',
    headers: { ...headers, 'content-length': '10' },
    body: '0123456789',
  })
  await request('/', { method: 'DELETE', headers })
  for (const body of ['a', 'abc'])
    await expect(request('/', { method: 'DELETE', headers, body })).rejects.toMatchObject(MISMATCH)
  expect(bodies).toEqual(['POST abc', 'DELETE abc', 'DELETE 0123456789', 'DELETE '])
})

test('text counts by its encoding, and callbacks are no part of a body', async () => {
  const bodies: string[] = []
  const { port } = new URL(
    await listen(
      createServer(async (request, response) => {
        bodies.push((await buffer(request)).toString('latin1'))
        response.end()
      }),
    ),
  )
  const start = (headers: Record<string, string>) => {
    const request = quietRequest({ protocol: 'http:', host: '127.0.0.1', port, method: 'DELETE', headers })
    const answered = once(request, 'response').then(([response]) => response.resume())
    return { request, answered }
  }
  const given = start({ 'content-length': '3' })
  given.request.write('ß', 'latin1')
  given.request.write('')
  await new Promise<void>((resolve) => given.request.end('ßa', 'latin1', resolve))
  await given.answered
  const chunked = start({})
  chunked.request.write('ab')
  await new Promise<void>((resolve) => chunked.request.end(resolve))
  await chunked.answered
  expect(bodies).toEqual(['ßßa', 'ab'])
})
