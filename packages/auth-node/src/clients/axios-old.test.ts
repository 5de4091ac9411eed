// The oldest axios that is promised: what it does otherwise than later ones is made up for.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import axios from 'axios'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { authAxios } from './axios.ts'

vi.mock('axios', () => import('axios1.7'))

const SECRET = 'my-s3cret'
const server = createServer(({ url, headers }, response) => {
  response.setHeader('content-encoding', 'gzip')
  if (url === '/broken') response.end('this is not compressed')
  else response.end(gzipSync(`${headers.authorization}`))
})
let origin: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close().closeAllConnections())

function instance() {
  const api = axios.create({ baseURL: origin })
  authAxios(api, { origin, credentials: SECRET })
  return api
}

test('it is the oldest', () => {
  expect(axios.VERSION).toMatch(/^1\.7\./)
})

test('an answer that is not compressed as it says is an error, and waited for no longer', async () => {
  const error = await instance()
    .get('/broken')
    .catch((error) => error)
  expect([error.name, error.code]).toEqual(['Error', 'Z_DATA_ERROR'])
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET)
})

test('one that is arrives, and a body goes', async () => {
  const { data, request } = await instance().post('/', 'a body')
  expect([data, request.method]).toEqual([`Token ${SECRET}`, 'POST'])
  expect(inspect(request, { depth: 9, showHidden: true })).not.toContain(SECRET)
})
