// What becomes of a request whose credential was refused, where another is long in coming.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forward } from './forward.ts'

let servers: Server[]
let refusal: ServerResponse
let asked: (string | undefined)[]
let front: string
let status: Promise<number>
/** Another credential is found. */
let find: ((authorization: string) => void) | undefined

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeEach(async () => {
  servers = []
  asked = []
  find = undefined
  const upstream = await listen(({ headers }, response) => {
    asked.push(headers.authorization)
    refusal = response
    response.writeHead(401, { 'content-length': 9 }).write('half')
  })
  front = await listen((request, response) => {
    const refused = () =>
      new Promise<string>((resolve) => {
        find = resolve
      })
    status = forward(request, response, {
      url: new URL(upstream),
      credential: { authorization: () => 'Token old', refused },
    })
  })
})
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections()
})

test('a refusal that breaks off meanwhile is none that could be handed on', async () => {
  const answer = fetch(front)
  await expect.poll(() => find).toBeDefined()
  refusal.destroy()
  await new Promise((resolve) => setTimeout(resolve, 20))
  find?.('Token old')
  expect([(await answer).status, await status]).toEqual([502, 502])
})

test('nothing is sent again for who has gone meanwhile', async () => {
  const gone = new AbortController()
  const answer = fetch(front, { signal: gone.signal })
  await expect.poll(() => find).toBeDefined()
  gone.abort()
  await expect(answer).rejects.toThrow('abort')
  await once(refusal, 'close')
  find?.('Token new')
  await status
  expect(asked).toEqual(['Token old'])
})

test('what has a body is not sent again: it is gone', async () => {
  const answer = fetch(front, { method: 'POST', body: 'x' })
  await expect.poll(() => find).toBeDefined()
  refusal.end(' it')
  find?.('Token new')
  expect([(await answer).status, await status, asked]).toEqual([401, 401, ['Token old']])
})
