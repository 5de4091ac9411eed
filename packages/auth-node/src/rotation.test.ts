// A token that is rotated in its file, by swapping a symbolic link as Kubernetes does: every living client goes on with the next one.

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import axios from 'axios'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authAxios } from './clients/axios.ts'
import { authHttp } from './clients/http.ts'
import { authInfluxDB } from './clients/influxdb-client.ts'
import { authInfluxDBClient } from './clients/influxdb3-client.ts'
import { authDispatcher } from './clients/undici.ts'
import { authFetch, type CredentialFinder, fromTokenFile } from './index.ts'

/** A program's use of each client: sends one request and throws when it is refused. */
const clients: Record<string, (origin: string, credentials: CredentialFinder) => () => Promise<unknown>> = {
  fetch(origin, credentials) {
    const fetch = authFetch({ origin, credentials })
    return async () => expect((await fetch('/api/v2/buckets')).status).toBe(200)
  },
  undici(origin, credentials) {
    const dispatcher = authDispatcher(new Agent(), { origin, credentials })
    return async () => {
      const { statusCode, body } = await request(`${origin}/api/v2/buckets`, { dispatcher })
      await body.dump()
      expect(statusCode).toBe(200)
    }
  },
  http(origin, credentials) {
    const { get } = authHttp({ origin, credentials })
    return async () => {
      const response = await get('/api/v2/buckets')
      await text(response)
      expect(response.statusCode).toBe(200)
    }
  },
  axios(origin, credentials) {
    const api = axios.create()
    authAxios(api, { origin, credentials })
    return () => api.get('/api/v2/buckets')
  },
  'influxdb-client'(origin, credentials) {
    const influx = authInfluxDB({ url: origin, credentials })
    return () => influx.getQueryApi('org').queryRaw('buckets()')
  },
  'influxdb3-client'(origin, credentials) {
    const influx = authInfluxDBClient({ host: origin, database: 'db', credentials })
    return () => influx.write('air temperature=20')
  },
}

let folder: string
let server: Server
let origin: string
const valid = new Set<string>()
const received: (string | undefined)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-rotation-'))
  received.length = 0
  valid.clear()
  server = createServer((incoming, response) => {
    received.push(incoming.headers.authorization)
    response.writeHead(valid.has(incoming.headers.authorization?.slice(6) ?? '') ? 200 : 401)
    incoming.resume().on('end', () => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

/** Writes a token into a folder of its own and makes it the current one, in one step. */
async function rotate(token: string): Promise<void> {
  await mkdir(join(folder, token))
  await writeFile(join(folder, token, 'token'), `${token}\n`)
  await symlink(token, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
}

test.each(Object.keys(clients))('%s', async (name) => {
  await rotate('first')
  await symlink(join('..data', 'token'), join(folder, 'token'))
  valid.add('first')
  const send = clients[name]?.(origin, fromTokenFile(join(folder, 'token')))
  await send?.()
  valid.add('second')
  await rotate('second')
  valid.delete('first')
  await send?.()
  expect(received).toEqual(['Token first', 'Token second'])
})

test('a hundred requests at once while the token is rotated all succeed', async () => {
  await rotate('first')
  await symlink(join('..data', 'token'), join(folder, 'token'))
  valid.add('first')
  const fetch = authFetch({ origin, credentials: fromTokenFile(join(folder, 'token')) })
  const answers = Array.from({ length: 100 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i))
    return (await fetch('/')).status
  })
  await new Promise((resolve) => setTimeout(resolve, 40))
  valid.add('second')
  await rotate('second')
  valid.delete('first')
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]))
  expect(received.at(-1)).toBe('Token second')
})
