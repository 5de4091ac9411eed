// Both vaults under the conformance suite, the worker's over a real channel; and what a worker allows.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as immediate } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { testVault } from '@fluxauth/auth-testkit'
import { describe, expect, test, vi } from 'vitest'
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
  const origin = 'http://127.0.0.1:1'

  test('refuses a stream for a body, which it cannot be handed', async () => {
    const vault = workerVault(startInside, { allow: EVERYTHING })('http://127.0.0.1:1', fetch)
    await vault.hold('my-token')
    const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
    await expect(vault.fetch('/', init)).rejects.toMatchObject({
      code: 'ERR_VAULT_BODY',
      message: expect.stringContaining('give a string'),
    })
    for (const name of [
      'X-HTTP-Method-Override',
      'X-Method-Override',
      'X-Original-URL',
      'X-Rewrite-URL',
      'X-Forwarded-Uri',
      'X-Forwarded-Prefix',
    ]) {
      const sent = vault.fetch('/', { headers: { [name]: '/api/v2/authorizations' } })
      await expect(sent, name).rejects.toMatchObject({
        code: 'ERR_VAULT_PATH',
        message: expect.stringContaining('`allow`'),
      })
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

  /** One that does nothing by itself: what it is told, and what it hears. */
  function startIdle() {
    const said: { readonly type: string; readonly id: number; readonly body?: ArrayBuffer }[] = []
    const hear: Record<string, (event?: { readonly data: object }) => void> = {}
    const worker: VaultWorker & { isEnded?: true } = {
      postMessage: (message) => said.push(message as (typeof said)[number]),
      addEventListener: (type: string, listener: (event: MessageEvent) => void) => {
        hear[type] = listener as () => void
      },
      terminate() {
        worker.isEnded = true
      },
    }
    /** What it is told in the end, as soon as it is told so much. */
    const told = async (length: number) => {
      while (said.length < length) await immediate()
      return said.at(-1)
    }
    return {
      worker,
      said,
      told,
      answer: (data: object) => hear.message?.({ data }),
      fail: () => hear.error?.(),
    }
  }

  test('may take ten seconds to start: what waits for it then fails, and the next has as long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const started: ReturnType<typeof startIdle>[] = []
    const ended = () => started.map(({ worker }) => worker.isEnded === true)
    const start = () => {
      started.push(startIdle())
      return started.at(-1)?.worker as VaultWorker
    }
    const vault = workerVault(start, { allow: EVERYTHING })(origin, fetch)
    await vault.hold('my-token')
    const asked = vault.fetch('/').catch((error) => error)
    await started[0]?.told(3)
    vi.advanceTimersByTime(9_999)
    expect(ended()).toEqual([false])
    vi.advanceTimersByTime(1)
    expect(ended()).toEqual([true])
    expect(await asked).toMatchObject({
      code: 'ERR_VAULT_WORKER',
      message: expect.stringContaining('is its script found'),
    })
    await vault.hold('my-token')
    vi.advanceTimersByTime(5_000)
    started[1]?.fail()
    await vault.hold('my-token')
    vi.advanceTimersByTime(9_000)
    started[2]?.answer({ type: 'ready' })
    vi.advanceTimersByTime(60_000)
    expect(ended()).toEqual([true, true, false])
    vault.dispose()
    vi.useRealTimers()
  })

  test('gives each request its own answer, and hears no more of one that is done', async () => {
    const { worker, said, told, answer } = startIdle()
    const vault = workerVault(() => worker, { allow: EVERYTHING })(origin, fetch)
    await vault.hold('my-token')
    const controller = new AbortController()
    const ask = async (init?: RequestInit) => {
      const { length } = said
      const response = vault.fetch('/', { signal: controller.signal, ...init })
      return { response, id: (await told(length + 1))?.id }
    }
    const [none, body, left, odd] = [
      await ask(),
      await ask({ method: 'POST', body: 'x', cache: 'no-store' }),
      await ask(),
      await ask(),
    ]
    expect(said[3]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      cache: 'no-store',
    })
    expect(new TextDecoder().decode(said[3]?.body)).toBe('x')
    const fine = { type: 'answer', url: '', status: 200, statusText: '', headers: [], hasBody: true }
    answer({ ...fine, id: left.id })
    answer({ ...fine, id: body.id, headers: [['x-answer', 'yes']] })
    answer({ ...fine, id: none.id, status: 204, hasBody: false })
    answer({ ...fine, id: odd.id, status: 999 })
    await expect(odd.response).rejects.toThrow(RangeError)
    expect((await none.response).status).toBe(204)
    expect((await body.response).headers.get('x-answer')).toBe('yes')
    const text = (await body.response).text()
    expect(await told(7)).toEqual({ type: 'pull', id: body.id })
    answer({ type: 'piece', id: body.id, piece: undefined })
    expect(await text).toBe('')
    await (await left.response).body?.cancel()
    expect(await told(8)).toEqual({ type: 'abort', id: left.id })
    controller.abort()
    expect(said).toHaveLength(8)
    vault.dispose()
  })

  test('is waited for by no request that was asked for as it ended', async () => {
    const vault = workerVault(startInside, { allow: EVERYTHING })('http://127.0.0.1:1', fetch)
    await vault.hold('my-token')
    const asked = vault.fetch('/', { method: 'POST', body: new Blob(['x']) })
    vault.dispose()
    await expect(asked).rejects.toMatchObject({ code: 'ERR_VAULT_WORKER' })
  })

  /** The inside alone, which is told anything; what it sends is answered at once, with one after the other. */
  async function startAlone(...answers: Response[]) {
    const { port1, port2 } = new MessageChannel()
    const sent: (RequestInit | undefined)[] = []
    const handedOver = vi.spyOn(port2, 'postMessage')
    serveVault(port2 as unknown as Port, async (_, init) => {
      sent.push(init)
      return answers[sent.length - 1] ?? Promise.reject(new Error('my-s3cret'))
    })
    port2.start()
    const answered = async (): Promise<unknown> => (await once(port1, 'message'))[0]
    expect(await answered()).toEqual({ type: 'ready' })
    /** Says all that, and hears what comes back next. */
    const say = (...messages: object[]) => {
      for (const message of messages) port1.postMessage(message)
      return answered()
    }
    return { say, sent, handedOver, end: () => port1.close() }
  }
  const start = { type: 'start', origin, allow: ['GET /a'] }
  const hold = { type: 'hold', authorization: 'Token my-s3cret' }
  const get = { type: 'fetch', id: 1, method: 'GET', url: `${origin}/a`, headers: {} }
  const me = { ...get, url: `${origin}/api/v2/me` }
  const failed = (id: number, code?: string) => ({ type: 'failed', id, code })

  test('keeps to the list that it was started with', async () => {
    const { say, sent, end } = await startAlone()
    expect(await say(hold, { ...start, allow: ['get /a'] }, get)).toEqual(failed(1, 'ERR_VAULT_EMPTY'))
    const other = { ...start, origin: 'http://evil.test', allow: ['GET /*'] }
    expect(await say(start, other, { ...get, url: `${origin}/b` })).toEqual(failed(1, 'ERR_VAULT_PATH'))
    expect(await say({ ...get, url: 'http://evil.test/a' })).toEqual(failed(1, 'ERR_VAULT_ORIGIN'))
    expect(await say({ ...me, method: 'POST' })).toEqual(failed(1, 'ERR_VAULT_PATH'))
    const headers = { 'X-HTTP-Method-Override': 'DELETE' }
    expect(await say({ ...get, headers })).toEqual(failed(1, 'ERR_VAULT_PATH'))
    expect(sent).toEqual([])
    end()
  })

  test('may always ask who is signed in, sends no cookie, hands over the whole answer but no error, and is done with it then', async () => {
    const answer = { status: 204, statusText: 'Fine', headers: { 'x-answer': 'yes' } }
    const broken = new ReadableStream({ pull: () => Promise.reject(new Error('my-s3cret')) })
    // In browsers, unlike in Node, a 204 has a body, with nothing in it.
    const empty = Object.defineProperty(new Response(null, answer), 'body', { value: new ReadableStream() })
    const { say, sent, end } = await startAlone(
      empty,
      new Response('one'),
      new Response(broken),
      new Response('left'),
    )
    const headers = { 'my-x-method': '1' }
    const ask = (id: number) => ({ ...me, id, headers, cache: 'no-store' })
    const handed = { ...answer, url: '', headers: [['x-answer', 'yes']], hasBody: false }
    expect(await say(start, hold, ask(1))).toEqual({ type: 'answer', id: 1, ...handed })
    expect(await say(ask(2))).toMatchObject({ status: 200, hasBody: true })
    expect(await say({ type: 'pull', id: 2 })).toMatchObject({ type: 'piece', piece: { length: 3 } })
    expect(await say({ type: 'pull', id: 2 })).toEqual({ type: 'piece', id: 2, piece: undefined })
    expect(await say(ask(3))).toMatchObject({ status: 200, hasBody: true })
    expect(await say({ type: 'pull', id: 3 })).toEqual(failed(3))
    expect(await say(ask(4))).toMatchObject({ status: 200, hasBody: true })
    expect(await say(ask(5))).toEqual(failed(5))
    const late = [1, 2, 3, 4, 5, 6].flatMap((id) => [
      { type: 'abort', id },
      { type: 'pull', id },
    ])
    expect(await say(...late, ask(7))).toEqual(failed(7))
    expect(sent[0]).toEqual({
      method: 'GET',
      headers: { ...headers, authorization: 'Token my-s3cret' },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      signal: expect.anything(),
    })
    expect(sent.map((init) => init?.signal?.aborted)).toEqual([false, false, false, true, false, false])
    end()
  })

  test('hands over each piece of an answer by itself, and copies none once more', async () => {
    // As a stream may have them: two views of one buffer.
    const bytes = new TextEncoder().encode('onetwo')
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, 3))
        controller.enqueue(bytes.subarray(3))
      },
    })
    const { say, handedOver, end } = await startAlone(new Response(body))
    await say(start, hold, get)
    const pull = async () => {
      const { piece } = (await say({ type: 'pull', id: 1 })) as { readonly piece: Uint8Array }
      return [new TextDecoder().decode(piece), piece.buffer.byteLength]
    }
    expect([await pull(), await pull()]).toEqual([
      ['one', 3],
      ['two', 3],
    ])
    expect(handedOver.mock.calls.map(([, transfer]) => (transfer as unknown[]).length)).toEqual([0, 0, 1, 1])
    end()
  })

  test.each([
    [],
    ['/api'],
    ['GET api'],
    ['get /api'],
    ['GET /a*b'],
    ['GET /a b'],
    ['a GET /'],
    [7],
    [['GET /']],
  ])('takes no %j for a list', (...allow) => {
    expect(() => workerVault(startInside, { allow: allow as string[] })).toThrow(
      expect.objectContaining({ code: 'ERR_VAULT_PATH' }),
    )
    // Nor does the worker itself, whoever starts it.
    expect(readAllowed(allow as string[])).toBeUndefined()
  })
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
    'GET /api/v2/tasks/ä',
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
    '/private/legacy/authorizations',
    '/api/v2/setup',
    '/api/v2/signin',
    '/api/v2/config',
    '/api/v2/backup/kv',
    '/api/v2/restore/sql',
    '/api/v2/remotes/1',
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

  test('/debug is not within a wildcard', () => {
    expect(allows(['GET /*', 'GET /debug/vars'], 'GET /debug/pprof/heap')).toBe(false)
    expect(allows(['GET /debug/*'], 'GET /debug/pprof/heap')).toBe(true)
  })
})
