// Both vaults under the conformance suite, the worker's over a real channel; and what a worker allows.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { testVault } from '@fluxauth/auth-testkit'
import { describe, expect, test } from 'vitest'
import { readAllowed } from './allow.ts'
import { memoryVault } from './memory.ts'
import type { Port } from './messages.ts'
import { serveVault } from './serve.ts'
import { type VaultWorker, workerVault } from './worker.ts'

/** The inside of a worker at the other end of a channel: what is said is cloned as between threads. */
function startInside(): VaultWorker {
  const { port1, port2 } = new MessageChannel()
  serveVault(port2 as unknown as Port)
  port2.start()
  port1.start()
  return Object.assign(port1, { terminate: () => port1.close() }) as unknown as VaultWorker
}
const EVERYTHING = ['GET', 'POST', 'PUT'].flatMap((method) => [`${method} /`, `${method} /*`])

testVault('in memory', (origin) => memoryVault()(origin, fetch))
testVault('in a worker', (origin) => workerVault(startInside, { allow: EVERYTHING })(origin, fetch))

describe('a worker', () => {
  test('refuses a stream for a body, which it cannot be handed', async () => {
    const vault = workerVault(startInside, { allow: EVERYTHING })('http://127.0.0.1:1', fetch)
    await vault.hold('my-token')
    const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
    await expect(vault.fetch('/', init)).rejects.toMatchObject({ code: 'ERR_VAULT_BODY' })
    for (const name of [
      'X-HTTP-Method-Override',
      'X-Method-Override',
      'X-Original-URL',
      'X-Rewrite-URL',
      'X-Forwarded-Uri',
      'X-Forwarded-Prefix',
    ]) {
      const sent = vault.fetch('/', { headers: { [name]: '/api/v2/authorizations' } })
      await expect(sent, name).rejects.toMatchObject({ code: 'ERR_VAULT_PATH' })
    }
    vault.dispose()
    await expect(vault.fetch('/')).rejects.toMatchObject({ code: 'ERR_VAULT_WORKER' })
  })

  test('sends nothing with the token of somebody else, who came while a body was read', async () => {
    const said: { readonly type: string }[] = []
    const inside = startInside()
    const listening = Object.assign(Object.create(inside), {
      addEventListener: inside.addEventListener.bind(inside),
      postMessage: (message: { readonly type: string }) => said.push(message),
    })
    const vault = workerVault(() => listening, { allow: EVERYTHING })('http://127.0.0.1:1', fetch)
    await vault.hold('my-token')
    const asked = vault.fetch('/', { method: 'POST', body: new Blob(['x']) })
    await vault.hold('their-token')
    await expect(asked).rejects.toMatchObject({ code: 'ERR_VAULT_EMPTY' })
    expect(said.map(({ type }) => type)).toEqual(['start', 'hold', 'hold'])
    inside.terminate()
  })

  test('that failed is ended, and another takes its place with the next token, but not once the vault has ended', async () => {
    const server = createServer((request, response) => response.end(request.headers.authorization))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const workers: { fail?: () => void; ended: boolean }[] = []
    const start = (): VaultWorker => {
      const inside = startInside()
      const worker: (typeof workers)[number] = { ended: false }
      workers.push(worker)
      return Object.assign(Object.create(inside), {
        postMessage: inside.postMessage.bind(inside),
        addEventListener(type: 'message', listener: () => void) {
          if (type === 'message') inside.addEventListener(type, listener)
          else worker.fail = listener
        },
        terminate() {
          worker.ended = true
          inside.terminate()
        },
      })
    }
    const vault = workerVault(start, { allow: EVERYTHING })(origin, fetch)
    const failed = expect.objectContaining({ code: 'ERR_VAULT_WORKER' })
    await vault.hold('my-token')
    const asked = vault.fetch('/')
    workers[0]?.fail?.()
    await expect(asked).rejects.toEqual(failed)
    await expect(vault.fetch('/')).rejects.toEqual(failed)
    expect(workers.map(({ ended }) => ended)).toEqual([true])
    await vault.hold('my-next-token')
    expect(await (await vault.fetch('/')).text()).toBe('Token my-next-token')
    expect(workers.map(({ ended }) => ended)).toEqual([true, false])
    vault.dispose()
    await vault.hold('my-last-token')
    await expect(vault.fetch('/')).rejects.toEqual(failed)
    expect(workers.map(({ ended }) => ended)).toEqual([true, true])
    server.close().closeAllConnections()
  })

  test('is waited for by no request that was asked for as it ended', async () => {
    const vault = workerVault(startInside, { allow: EVERYTHING })('http://127.0.0.1:1', fetch)
    await vault.hold('my-token')
    const asked = vault.fetch('/', { method: 'POST', body: new Blob(['x']) })
    vault.dispose()
    await expect(asked).rejects.toMatchObject({ code: 'ERR_VAULT_WORKER' })
  })

  test('keeps to the list that it was started with', async () => {
    const { port1, port2 } = new MessageChannel()
    serveVault(port2 as unknown as Port)
    port2.start()
    const origin = 'http://127.0.0.1:1'
    const answers: unknown[] = []
    port1.on('message', (message) => answers.push(message))
    port1.postMessage({ type: 'start', origin, allow: ['GET /a'] })
    port1.postMessage({ type: 'start', origin: 'http://evil.test', allow: ['GET /*'] })
    port1.postMessage({ type: 'hold', authorization: 'Token my-s3cret' })
    const get = { type: 'fetch', method: 'GET', headers: {} }
    port1.postMessage({ ...get, id: 1, url: `${origin}/b` })
    port1.postMessage({ ...get, id: 2, url: 'http://evil.test/a' })
    await expect.poll(() => answers).toHaveLength(3)
    expect(answers).toEqual([
      { type: 'ready' },
      { type: 'failed', id: 1, code: 'ERR_VAULT_PATH' },
      { type: 'failed', id: 2, code: 'ERR_VAULT_ORIGIN' },
    ])
    port1.close()
  })

  test.each([[], ['/api'], ['GET api'], ['get /api'], ['GET /a*b'], ['GET /a b'], [7]])(
    'takes no %j for a list',
    (...allow) => {
      expect(() => workerVault(startInside, { allow: allow as string[] })).toThrow(
        expect.objectContaining({ code: 'ERR_VAULT_PATH' }),
      )
    },
  )
})

describe('what is allowed', () => {
  const allows = (entries: string[], request: string) => {
    const [method = '', path = ''] = request.split(' ')
    return readAllowed(entries)?.(method, new URL(path, 'http://localhost').pathname)
  }

  test.each([
    'GET /api/v2/buckets',
    'GET /api/v2/buckets?org=my-org&u=x',
    'GET /api/v2/tasks/1/runs',
    'GET /api/v2/x/../buckets',
    'GET /api/v2/%2e/buckets',
    'GET /api/v2/tasks/a%20b',
  ])('%s is', (request) => {
    expect(allows(['GET /api/v2/buckets', 'GET /api/v2/tasks/*'], request)).toBe(true)
  })

  test.each([
    'POST /api/v2/buckets',
    'GET /api/v2/buckets/1',
    'GET /api/v2/bucketsx',
    'GET /api/v2/tasks',
    'GET /api/v2/tasks/../authorizations',
    'GET /api/v2/tasks/%2e%2e/authorizations',
    'GET /api/v2/tasks/..%2fauthorizations',
    'GET /api/v2/tasks/..%5Cauthorizations',
    'GET /api/v2/tasks/.%252e/authorizations',
    'GET /api/v2/tasks//authorizations',
    'GET /api/v2/tasks/%00',
    'GET /api/v2/tasks/%61',
    'GET /api/v2/tasks/1;x',
    'GET /api/v2/tasks/%zz',
  ])('%s is not', (request) => {
    expect(allows(['GET /api/v2/buckets', 'GET /api/v2/tasks/*'], request)).toBe(false)
  })

  test.each([
    '/api/v2/authorizations',
    '/api/v2/authorizations/1',
    '/api/v2/Authorizations',
    '/api/v2/users/1/password',
    '/api/v2/me/password',
    '/api/v3/configure/token/admin',
    '/api/v3/configure/admin_token',
    '/api/v3/enterprise/configure/token',
    '/api/v2/legacy/authorizations',
  ])('%s is not within a wildcard, and is where it is named', (path) => {
    expect(allows(['POST /*', 'POST /api/*', 'POST /api/v2/*', 'POST /api/v3/*'], `POST ${path}`)).toBe(false)
    expect(allows([`POST ${path}`], `POST ${path}`)).toBe(true)
    // A server that lies below a path of its own, such as behind a proxy.
    expect(allows(['POST /influx/*', 'POST /influx/api/*', 'POST /debug/*'], `POST /influx${path}`)).toBe(
      false,
    )
    expect(allows(['POST /debug/*'], `POST /debug${path}`)).toBe(false)
    expect(allows([`POST /influx${path}`], `POST /influx${path}`)).toBe(true)
  })
})
