// Rotation against a server that keeps authorizations as InfluxDB 2 does, with every way in which a step can fail.

import { inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  endRotation,
  type Influx,
  influxApi,
  type RotateOptions,
  type RotationError,
  type RotationLeft,
  type RotationStep,
  rotate,
} from './index.ts'
import { fakeFetch, type Reply, refusal, type Sent, UNAUTHORIZED, URL_OF_FAKE } from './testing/fake-fetch.ts'

const ORG = '5038992ed382fd88'
const USER = '11b0e8765db63000'
const PERMISSIONS = [
  {
    action: 'read',
    resource: { type: 'buckets', id: '713c982ddc60624e', orgID: ORG, name: 'weather', org: 'home' },
  },
]

interface Kept {
  readonly id: string
  readonly token: string
  readonly permissions: unknown
  readonly orgID: string
  readonly userID: string
  status: string
  description: string
}

/** What happens to a request: it is answered; its answer is lost; it is lost itself; the server fails; or it says no. */
type Fate = 'answered' | 'answer lost' | 'lost' | 'failed' | 'refused'

/** As much of InfluxDB 2 as a rotation needs. */
class FakeInflux {
  readonly kept = new Map<string, Kept>()
  readonly sent: Sent[] = []
  hashed = false
  /** What a token that is good is told at `/api/v2/me`. */
  mayReadUser = true
  fate: (sent: Sent, index: number) => Fate = () => 'answered'
  #count = 0

  add(values: Partial<Kept>): Kept {
    const number = `${++this.#count}`
    const added: Kept = {
      id: `id-${number}`,
      token: `token-${number}==`,
      permissions: PERMISSIONS,
      orgID: ORG,
      userID: USER,
      status: 'active',
      description: '',
      ...values,
    }
    this.kept.set(added.id, added)
    return added
  }

  active(): string[] {
    return [...this.kept.values()].filter(({ status }) => status === 'active').map(({ token }) => token)
  }

  readonly fetch = async (input: string, given: object = {}): Promise<Response> => {
    const init = given as Record<string, unknown> & {
      method: string
      headers: Record<string, string>
      signal: AbortSignal
    }
    const path = new URL(input).pathname
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    const sent: Sent = { method: init.method, url: input, path, headers: init.headers, body, init }
    const fate = this.fate(sent, this.sent.push(sent) - 1)
    init.signal.throwIfAborted()
    if (fate === 'lost') throw new TypeError('fetch failed')
    if (fate === 'failed') return new Response('<html>', { status: 502, headers: {} })
    if (fate === 'refused')
      return new Response(JSON.stringify({ message: 'x is unauthorized' }), { status: 401, headers: {} })
    const [status, answer] = this.#answer(sent)
    init.signal.throwIfAborted()
    if (fate === 'answer lost') throw new TypeError('fetch failed')
    return new Response(answer === undefined ? null : JSON.stringify(answer), { status, headers: {} })
  }

  #answer({ method, path, headers, body }: Sent): Reply {
    const holder = [...this.kept.values()].find(({ token }) => headers.authorization === `Token ${token}`)
    if (!holder) return UNAUTHORIZED
    if (holder.status !== 'active') return refusal(401, 'unauthorized', 'token is inactive')
    if (path === '/api/v2/me') {
      return this.mayReadUser
        ? [200, { id: holder.userID, name: 'zoë', status: 'active' }]
        : refusal(401, 'unauthorized', `read:users/${holder.userID} is unauthorized`)
    }
    const show = (one: Kept) => ({
      ...one,
      token: this.hashed ? '' : one.token,
      org: 'home',
      user: 'zoë',
      links: {},
    })
    if (method === 'POST') {
      const made = this.add(body as Kept)
      return [201, { ...show(made), token: made.token }]
    }
    const id = path.split('/')[4]
    if (id === undefined) return [200, { authorizations: [...this.kept.values()].map(show) }]
    const one = this.kept.get(id)
    if (!one) return refusal(404, 'not found', 'authorization not found')
    if (method === 'PATCH') Object.assign(one, body)
    if (method === 'DELETE') this.kept.delete(id)
    return method === 'DELETE' ? [204] : [200, show(one)]
  }
}

let server: FakeInflux
let old: Kept
/** What a program reads its token from. */
let file: { token: string; id: string }
beforeEach(() => {
  server = new FakeInflux()
  server.add({ token: 'operator==', description: "admin's Token", userID: 'admin' })
  old = server.add({ description: 'the program' })
  file = { token: old.token, id: old.id }
})

const influx = (signal?: AbortSignal) =>
  influxApi({
    url: 'http://127.0.0.1:8086',
    fetch: server.fetch,
    credentials: () => file.token,
    ...(signal && { signal }),
  })
const keep: RotateOptions['store'] = (token, { id }) => {
  file = { token, id }
}
const run = (options: Partial<RotateOptions> = {}) =>
  rotate(influx(), { id: old.id, store: keep, ...options })
const stopped = async (call: Promise<unknown>): Promise<RotationError> => {
  const error = await call.then(
    () => expect.fail('should have stopped'),
    (error) => error,
  )
  expect(error.name).toBe('RotationError')
  for (const { token } of server.kept.values()) expect(inspect(error)).not.toContain(token)
  return error
}
const steps = () => server.sent.map(({ method, path }) => `${method} ${path}`)

test('the successor is as its predecessor, is kept, and takes its place', async () => {
  const stored: unknown[] = []
  const made = await run({
    store(token, successor) {
      stored.push([token, successor, server.active().length])
      keep(token, successor)
    },
  })
  expect(stored).toEqual([['token-3==', { id: 'id-3', replaces: 'id-2' }, 3]])
  expect({ ...server.kept.get('id-3') }).toEqual({ ...old, id: 'id-3', token: 'token-3==' })
  expect([made.id, made.token]).toEqual(['id-3', 'token-3=='])
  // As it is in use, not as it was made.
  expect([made.status, made.description]).toEqual(['active', 'the program'])
  expect(server.active()).toEqual(['operator==', 'token-3=='])
  expect(steps()).toEqual([
    'GET /api/v2/authorizations/id-2',
    'POST /api/v2/authorizations',
    'PATCH /api/v2/authorizations/id-3',
    'GET /api/v2/me',
    'DELETE /api/v2/authorizations/id-2',
  ])
  const by = server.sent.map(({ headers }) => headers.authorization)
  expect(by).toEqual([...Array(3).fill('Token token-2=='), 'Token token-3==', 'Token token-3=='])
  expect(server.sent[1]?.body).toMatchObject({
    permissions: PERMISSIONS,
    orgID: ORG,
    userID: USER,
    status: 'inactive',
  })
})

test('what a server lists as null, or leaves out, narrows nothing in the successor either', async () => {
  const resource = { type: 'buckets', id: null, orgID: ORG }
  const odd = server.add({ permissions: [{ action: 'read', resource }], description: undefined as never })
  await run({ id: odd.id })
  expect(server.kept.get('id-4')).toMatchObject({
    permissions: [{ action: 'read', resource: { type: 'buckets', orgID: ORG } }],
    description: '',
  })
})

describe('which authorization it is', () => {
  test('is found by the value that the server shows, wherever it stands in the list', async () => {
    await rotate(influx(), { store: keep })
    expect(server.active()).toEqual(['operator==', 'token-3=='])
  })

  test('is asked for where tokens are hashed: nothing is guessed, and nothing changed', async () => {
    server.hashed = true
    const error = await stopped(rotate(influx(), { store: keep }))
    expect(error).toMatchObject({ code: 'ERR_ROTATION_ID', left: { todo: 'nothing' } })
    expect(server.active()).toEqual(['operator==', old.token])
    expect(steps()).toEqual(['GET /api/v2/authorizations'])
    await rotate(influx(), { id: old.id, store: keep })
    expect(server.active()).toEqual(['operator==', 'token-3=='])
  })

  test('is not the only one that is listed, where that is another', async () => {
    server.kept.delete(old.id)
    server.add({ token: old.token, id: 'hidden' })
    const fetch = server.fetch
    const influx = influxApi({
      url: 'http://127.0.0.1:8086',
      credentials: old.token,
      fetch: async (input: string, init: object = {}) => {
        const response = await fetch(input, init)
        if (!input.endsWith('/authorizations')) return response
        return new Response(
          JSON.stringify({ authorizations: [{ id: 'id-1', token: 'operator==', permissions: [] }] }),
          { status: 200, headers: {} },
        )
      },
    })
    expect(await stopped(rotate(influx, { store: keep }))).toMatchObject({ code: 'ERR_ROTATION_ID' })
    expect(server.kept.size).toBe(2)
  })

  test.each([
    { id: undefined },
    { id: '' },
    { id: '../x' },
    { store: undefined },
    { store: 'file' },
    { ids: 'x' },
  ])('and all else is checked before anything is sent: %j', async (options) => {
    const call = rotate(influx(), { store: keep, ...options } as RotateOptions)
    await expect(call).rejects.toMatchObject({ name: 'OptionsError' })
    expect(server.sent).toHaveLength(0)
  })
})

test('a token that may not say whose it is can be replaced, and one that is inactive cannot', async () => {
  server.mayReadUser = false
  await run()
  expect(server.active()).toEqual(['operator==', 'token-3=='])
  const off = server.add({ status: 'inactive' })
  const error = await stopped(run({ id: off.id }))
  expect(error).toMatchObject({ code: 'ERR_ROTATION_INACTIVE', left: { todo: 'nothing' } })
  expect(error.message).toBe('The token is inactive. Nothing is left to do: no second token is there')
})

test('an operator replaces the token of somebody else, who may delete none', async () => {
  file = { token: 'operator==', id: 'id-1' }
  const kept: string[] = []
  server.fate = ({ method, headers }) =>
    method === 'DELETE' && headers.authorization !== 'Token operator==' ? 'refused' : 'answered'
  await run({ store: (token) => kept.push(token) })
  expect(server.active()).toEqual(['operator==', ...kept])
})

test('a successor that is not good, or is another user’s, is deleted', async () => {
  for (const change of [{ status: 'inactive' }, { userID: 'another' }]) {
    server.fate = ({ path }) => {
      if (path === '/api/v2/me') Object.assign([...server.kept.values()].at(-1) as Kept, change)
      return 'answered'
    }
    expect(await stopped(run())).toMatchObject({ code: 'ERR_ROTATION_CHECK', left: { todo: 'nothing' } })
    expect(server.active()).toEqual(['operator==', old.token])
    expect(server.kept.size).toBe(2)
  }
})

test('why it stopped is said where the reason is one of ours, and holds no secret', async () => {
  const redirects = influxApi({
    url: URL_OF_FAKE,
    fetch: fakeFetch(() => [302, undefined, { location: '/elsewhere' }]),
  })
  const error = await stopped(rotate(redirects, { id: old.id, store: keep }))
  expect(error.message).toBe(
    "The rotation stopped at 'find': The server redirects, and no credential goes along: give the url it leads to. Nothing is left to do: no second token is there",
  )
})

describe('where the store fails', () => {
  const store = () => Promise.reject(new Error('disk full'))

  test('the successor is deleted, and the old token goes on', async () => {
    const error = await stopped(run({ store }))
    expect(error).toMatchObject({ step: 'store', left: { todo: 'nothing' }, cause: new Error('disk full') })
    expect(server.active()).toEqual(['operator==', old.token])
    expect(server.kept.size).toBe(2)
  })

  test('and so does the deleting, the successor is told of, and deleted by the next try', async () => {
    server.fate = ({ method }) => (method === 'DELETE' ? 'lost' : 'answered')
    const { left, cause, step, message } = await stopped(run({ store }))
    expect(message).toBe(
      "The rotation stopped at 'store'. The successor is there, and nobody has it: resume with `left`",
    )
    expect([left, cause, step]).toEqual([
      { todo: 'delete-successor', replaces: old.id, id: 'id-3' },
      new Error('disk full'),
      'store',
    ])
    server.fate = () => 'answered'
    // What is not found by its value is what was to be replaced.
    server.hashed = true
    await rotate(influx(), { store: keep, resume: left })
    expect(server.active()).toEqual(['operator==', file.token])
    expect(server.kept.size).toBe(2)
  })
})

test('permissions that cannot be given on are no successor: nothing is sent, and nothing left', async () => {
  const odd = server.add({ permissions: [] })
  const error = await stopped(run({ id: odd.id }))
  expect(error).toMatchObject({ step: 'create', left: { todo: 'nothing', replaces: odd.id } })
  expect(error.cause).toMatchObject({ code: 'ERR_OPTION_VALUE' })
  expect(server.sent).toHaveLength(1)
})

describe('whatever happens to one request', () => {
  const cases = [0, 1, 2, 3, 4].flatMap((index) =>
    (['answer lost', 'lost', 'failed', 'refused'] as const).map((fate) => [index, fate] as const),
  )

  const steps: RotationStep[] = ['find', 'create', 'activate', 'check', 'delete']

  /** Nobody is locked out, and each token that lives is either in use or told of. */
  function check(left: RotationLeft): void {
    const living = server.active()
    expect(living).toContain(file.token)
    const others = [...server.kept.values()].filter(({ id, token }) => id !== 'id-1' && token !== file.token)
    if (left.todo === 'nothing') expect(others).toEqual([])
    if (left.todo === 'find-successor') {
      expect(
        others.every(({ status, description }) => status === 'inactive' && description === left.description),
      ).toBe(true)
    }
    if (left.todo === 'delete-successor') expect(others.every(({ id }) => id === left.id)).toBe(true)
    if (left.todo === 'delete-predecessor') expect(others.every(({ id }) => id === left.replaces)).toBe(true)
  }

  test.each(cases)('the %ith one: %s; what is left is told, and done by the next try', async (at, fate) => {
    server.fate = (_, index) => (index === at ? fate : 'answered')
    const error = await run().catch((error: RotationError) => error)
    if (!('left' in error)) {
      // A successor that may not say whose it is is good; what it may not delete, its maker deletes.
      expect([3, 4]).toContain(at)
      expect([fate, server.active()]).toEqual(['refused', ['operator==', file.token]])
      return
    }
    check(error.left)
    expect(error).toMatchObject({ code: 'ERR_ROTATION_STOPPED', step: steps[at] })
    expect(error.message).toMatch(
      error.left.todo === 'nothing' ? /\. Nothing is left to do: / : /\. .*: resume with `left`$/,
    )
    if (fate === 'refused' && at < 2) {
      // What was not done is not looked for.
      expect(error.left.todo).toBe('nothing')
      expect(error.message).toContain(`'${steps[at]}': `)
      expect(error.message).toContain('x is unauthorized')
      expect(server.sent).toHaveLength(at + 1)
    }
    const kept = JSON.parse(JSON.stringify(error.left)) as RotationLeft // as another process has it
    await rotate(influx(), { id: file.id, store: keep, resume: kept })
    expect(server.active()).toEqual(['operator==', file.token])
    expect(server.kept.size).toBe(2)
  })

  test.each(cases)('the %ith one: %s, and to all after it; it is told all the same', async (at, fate) => {
    server.fate = (_, index) => (index >= at ? fate : 'answered')
    const { left } = await stopped(run())
    check(left)
    server.fate = () => 'answered'
    await rotate(influx(), { id: file.id, store: keep, resume: left })
    expect(server.active()).toEqual(['operator==', file.token])
    expect(server.kept.size).toBe(2)
  })

  test.each(cases)('the %ith one: %s, and to all after it; it is ended without another', async (at, fate) => {
    server.fate = (_, index) => (index >= at ? fate : 'answered')
    const { left } = await stopped(run())
    if (left.todo !== 'nothing')
      expect(await stopped(endRotation(influx(), left))).toMatchObject({ step: 'delete', left })
    server.fate = () => 'answered'
    const made = server.sent.filter(({ method }) => method === 'POST').length
    const isCertain = await endRotation(influx(), left)
    expect(isCertain || (left.todo === 'find-successor' && fate !== 'answer lost')).toBe(true)
    expect(server.active()).toEqual(['operator==', file.token])
    expect(server.kept.size).toBe(2)
    expect(server.sent.filter(({ method }) => method === 'POST')).toHaveLength(made)
  })

  test.each([0, 1, 2, 3, 4])('the signal aborts at the %ith one', async (at) => {
    for (const when of ['before', 'after'] as const) {
      const controller = new AbortController()
      const reason = new Error('changed my mind')
      const first = server.sent.length
      server.fate = (_, index) => {
        if (index - first === at) {
          if (when === 'before') controller.abort(reason)
          else queueMicrotask(() => controller.abort(reason))
        }
        return 'answered'
      }
      const { cause, left } = await stopped(run({ id: file.id, signal: controller.signal }))
      expect(cause).toBe(reason)
      check(left)
      await rotate(influx(), { id: file.id, store: keep, resume: left })
      expect(server.kept.size).toBe(2)
      expect(server.active()).toEqual(['operator==', file.token])
    }
  })
})

test('a successor that is made after the answer was given up on is inactive, and found by the next try', async () => {
  let late: (() => void) | undefined
  const fetch = (input: string, given: object = {}) => {
    const init = given as { method: string; signal: AbortSignal }
    if (init.method !== 'POST' || late) return server.fetch(input, init)
    return new Promise<Response>((_, reject) => {
      late = () => void server.fetch(input, { ...init, signal: new AbortController().signal })
      init.signal.addEventListener('abort', () => reject(init.signal.reason))
    })
  }
  const slow = influxApi({
    url: 'http://127.0.0.1:8086',
    fetch,
    credentials: () => file.token,
    timeout: 0.05,
  })
  const { left, cause } = await stopped(rotate(slow, { id: old.id, store: keep }))
  expect(cause).toMatchObject({ code: 'ERR_INFLUX_TIMEOUT' })
  expect(left).toMatchObject({ todo: 'find-successor', replaces: old.id })
  late?.()
  await expect.poll(() => server.kept.size).toBe(3)
  expect(server.active()).toEqual(['operator==', old.token])
  await rotate(slow, { store: keep, resume: left })
  expect(server.active()).toEqual(['operator==', file.token])
  expect(server.kept.size).toBe(2)
})

test('where the deleting alone is left, it is done without another successor, which is given', async () => {
  const posts = () => server.sent.filter(({ method }) => method === 'POST').length
  server.fate = ({ method }) => (method === 'DELETE' ? 'failed' : 'answered')
  const { left } = await stopped(run())
  expect(left).toEqual({ todo: 'delete-predecessor', replaces: old.id, id: file.id })
  server.fate = () => 'answered'
  const [made, asked] = [posts(), server.sent.length]
  const signal = AbortSignal.abort(new Error('changed my mind'))
  expect(await stopped(rotate(influx(), { store: keep, resume: left, signal }))).toMatchObject({ left })
  expect(server.sent).toHaveLength(asked)
  expect(await rotate(influx(), { store: keep, resume: left })).toMatchObject({
    id: file.id,
    status: 'active',
  })
  expect(posts()).toBe(made)
  expect(server.active()).toEqual(['operator==', file.token])
})

describe('a server that does not answer is given up when the signal says so,', () => {
  const description = `the program [successor of id-2, not in use: ${'0'.repeat(16)}]`
  const resume = (left: RotationLeft) => (influx: Influx, signal: AbortSignal) =>
    rotate(influx, { id: 'id-2', store: keep, resume: left, signal })

  test.each<[string, number, (influx: Influx, signal: AbortSignal) => Promise<unknown>]>([
    ['asked for the list', 0, (influx, signal) => rotate(influx, { store: keep, signal })],
    ...[0, 1, 2, 3, 4].map(
      (at) =>
        [
          `asked for the ${at}th thing`,
          at,
          (influx: Influx, signal: AbortSignal) => rotate(influx, { id: 'id-2', store: keep, signal }),
        ] as [string, number, (influx: Influx, signal: AbortSignal) => Promise<unknown>],
    ),
    ['asked to delete a successor', 0, resume({ todo: 'delete-successor', replaces: 'id-2', id: 'id-3' })],
    [
      'asked to delete a predecessor',
      0,
      resume({ todo: 'delete-predecessor', replaces: 'id-2', id: 'id-3' }),
    ],
    ['asked for the successor', 1, resume({ todo: 'delete-predecessor', replaces: 'id-2', id: 'id-3' })],
    ['asked for all to find one', 0, resume({ todo: 'find-successor', replaces: 'id-2', description })],
    ['asked to delete the one found', 1, resume({ todo: 'find-successor', replaces: 'id-2', description })],
  ])('%s', async (_, at, call) => {
    server.add({ description, status: 'inactive' })
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    let count = 0
    const fetch = (input: string, init: object = {}) => {
      if (count++ !== at) return server.fetch(input, init)
      queueMicrotask(() => controller.abort(reason))
      return new Promise<Response>(() => undefined)
    }
    const credentials = 'operator=='
    const hanging = influxApi({ url: 'http://127.0.0.1:8086', fetch, credentials, timeout: 0.5 })
    expect((await stopped(call(hanging, controller.signal))).cause).toBe(reason)
  })
})

test('a successor that was found and is not deleted is still left', async () => {
  const description = `the program [successor of id-2, not in use: ${'0'.repeat(16)}]`
  server.add({ description, status: 'inactive' })
  server.fate = ({ method }) => (method === 'DELETE' ? 'failed' : 'answered')
  const left: RotationLeft = { todo: 'find-successor', replaces: 'id-2', description }
  expect(await stopped(endRotation(influx(), left))).toMatchObject({ step: 'delete', left })
})

test('nothing is sent where nobody would keep the successor', async () => {
  const asked = server.sent.length
  await expect(rotate(influx(), { id: old.id } as never)).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
  expect(server.sent).toHaveLength(asked)
})

test('once the signal has aborted nothing is stored, and a store that is under way is waited for', async () => {
  const controller = new AbortController()
  let kept = false
  const call = run({
    signal: controller.signal,
    async store(token, successor) {
      controller.abort(new Error('late'))
      await new Promise((resolve) => setTimeout(resolve, 5))
      keep(token, successor)
      kept = true
    },
  })
  const { left } = await stopped(call)
  expect(kept).toBe(true)
  expect(left).toEqual({ todo: 'delete-predecessor', replaces: old.id, id: file.id })
})

test.each([
  { todo: 'find-successor', replaces: 'id-2', description: 'the program' },
  { todo: 'find-successor', replaces: 'id-2', description: '' },
  { todo: 'delete-everything' },
  { todo: 'delete-successor', replaces: 'id-2', id: '..' },
])('what was left is not believed as it is: %j', async (left) => {
  const caught = (error: unknown) => error
  expect([
    await rotate(influx(), { store: keep, resume: left as never }).catch(caught),
    await endRotation(influx(), left as never).catch(caught),
  ]).toMatchObject([
    { name: 'OptionsError', message: expect.stringMatching(/\bresume\.\w/) },
    { name: 'OptionsError', message: expect.stringMatching(/\bleft\.\w/) },
  ])
  expect(server.kept.size).toBe(2)
  expect(server.sent).toHaveLength(0)
})
