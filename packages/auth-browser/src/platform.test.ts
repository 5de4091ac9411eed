// Where a component is tested there is no browser: jsdom and happy-dom have some classes under other names' prototypes, and lack others.

import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** All of the package, anew: it takes what it needs of the platform as it loads. */
async function load() {
  vi.resetModules()
  const [{ createBrowserAuth }, { memoryVault }] = await Promise.all([
    import('./index.ts'),
    import('./vaults/memory.ts'),
    import('./vaults/worker.ts'),
    import('./element/index.ts'),
    import('./react.ts'),
  ])
  return { createBrowserAuth, memoryVault }
}
const origin = 'https://influx.example'
const me = { id: '1', name: 'zoë' }

test('a token is sent where URL and Request extend the classes that have what they have', async () => {
  vi.stubGlobal('URL', class extends URL {})
  vi.stubGlobal('Request', class extends Request {})
  const { createBrowserAuth, memoryVault } = await load()
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json(me))
  const auth = createBrowserAuth({ origin, vault: memoryVault(), fetch })
  await auth.signIn({ token: 'my-token' })
  await auth.fetch(new Request(`${origin}/api/v2/buckets`))
  expect(auth.state).toMatchObject({ status: 'signed-in', who: me })
  expect(fetch.mock.calls.map(([, init]) => init?.headers)).toMatchObject([
    { authorization: 'Token my-token' },
    { authorization: 'Token my-token' },
  ])
  await expect(auth.fetch('https://evil.example/')).resolves.toBeDefined()
  expect(fetch.mock.lastCall?.[1]).toEqual({ credentials: 'omit' })
})

test('it loads, and signs in with the fetch that it is given, where there is neither fetch nor its classes', async () => {
  const answer = Response.json(me)
  for (const name of ['fetch', 'Request', 'Response', 'Headers', 'ReadableStream', 'BroadcastChannel'])
    vi.stubGlobal(name, undefined)
  const { createBrowserAuth } = await load()
  const auth = createBrowserAuth({ origin, fetch: async () => answer.clone() })
  await auth.signIn({ username: 'zoë', password: 'open sesame' })
  expect(auth.state).toMatchObject({ status: 'signed-in', who: me })
})

describe('a page', () => {
  /** As jsdom has it, with an `AbortController` of Node's beside. */
  class Foreign extends EventTarget {
    hidden = false
    override addEventListener(type: string, listener: EventListener, options?: AddEventListenerOptions) {
      if (options?.signal) throw new TypeError("'signal' is not of type 'AbortSignal'")
      super.addEventListener(type, listener)
    }
  }

  test('hears what other tabs do, tells them, and keeps in mind that a session is to be ended', async () => {
    const stored = new Map<string, string>()
    const localStorage = {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => stored.set(name, value),
      removeItem: (name: string) => stored.delete(name),
    }
    const channel = { onmessage: () => undefined, postMessage: vi.fn(), close: vi.fn() }
    vi.stubGlobal('window', Object.assign(new Foreign(), { localStorage }))
    vi.stubGlobal('document', new Foreign())
    vi.stubGlobal('location', new URL(origin))
    vi.stubGlobal('BroadcastChannel', function open() {
      return channel
    })
    const { createBrowserAuth, memoryVault } = await load()
    const statuses: Record<string, number> = {}
    const ends: number[] = []
    let looked = 0
    const auth = createBrowserAuth({
      vault: memoryVault(),
      fetch: async (input) => {
        const { pathname } = new URL(String(input))
        if (pathname.endsWith('signout')) ends.push(stored.size)
        if (pathname.endsWith('me')) looked++
        return Response.json(me, { status: statuses[pathname] ?? 200 })
      },
    })
    await auth.resume()
    expect(auth.state).toMatchObject({ status: 'signed-in', who: me })
    statuses['/api/v2/me'] = 401
    channel.onmessage()
    await expect.poll(() => auth.state).toEqual({ status: 'signed-out', sessionLives: false })
    statuses['/api/v2/me'] = 200
    channel.onmessage()
    await expect.poll(() => auth.state).toMatchObject({ status: 'signed-in', who: me })
    // A session that another tab began is ended as well.
    await auth.signIn({ token: 'my-token' })
    const before = looked
    channel.onmessage()
    expect(looked).toBe(before)
    expect(channel.postMessage).toHaveBeenCalledTimes(0)
    await auth.signOut()
    expect([ends, stored.size]).toEqual([[1], 0])
    expect(channel.postMessage).toHaveBeenCalledTimes(1)
    statuses['/api/v2/signout'] = 500
    const signIn = () => auth.signIn({ username: 'zoë', password: 'open sesame' })
    const signedIn = signIn()
    // It is not taken for what was asked for last.
    channel.onmessage()
    await signedIn
    expect(channel.postMessage).toHaveBeenCalledTimes(2)
    await auth.signOut().catch(() => undefined)
    expect(stored.size).toBe(1)
    await signIn()
    expect(stored.size).toBe(0)
    await auth.signOut().catch(() => undefined)
    // Another tab has signed in since: that session is not to be ended.
    stored.clear()
    const { length } = ends
    channel.onmessage()
    await expect.poll(() => auth.state).toMatchObject({ status: 'signed-in', who: me })
    expect(ends).toHaveLength(length)
    await auth.signOut().catch(() => undefined)
    statuses['/api/v2/signout'] = 200
    window.dispatchEvent(new Event('online'))
    await expect.poll(() => auth.state).toEqual({ status: 'signed-out', sessionLives: false })
    expect([ends.length, stored.size]).toEqual([length + 2, 0])
    auth.dispose()
    expect(channel.close).toHaveBeenCalledTimes(1)
  })

  test('whose events take no signal of that controller is watched, until it is disposed of', async () => {
    const [window, document] = [new Foreign(), new Foreign()]
    vi.stubGlobal('window', window)
    vi.stubGlobal('document', document)
    vi.stubGlobal('BroadcastChannel', undefined)
    const { createBrowserAuth } = await load()
    let asked = 0
    let status = 500
    const auth = createBrowserAuth({
      origin,
      fetch: async () => {
        asked++
        return Response.json(me, { status })
      },
    })
    const looks = async (on: EventTarget, event: Event) => {
      const before = asked
      on.dispatchEvent(event)
      await new Promise((resolve) => setTimeout(resolve))
      return asked - before
    }
    const shown = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted })
    // Of another origin's server only once it was asked for, and not where nobody is signed in.
    expect(await looks(window, new Event('online'))).toBe(0)
    await auth.resume().catch(() => undefined)
    status = 401
    expect(await looks(window, new Event('online'))).toBe(1)
    expect(auth.state.status).toBe('signed-out')
    expect(await looks(window, new Event('online'))).toBe(0)
    status = 200
    await auth.resume()
    expect(await looks(window, new Event('online'))).toBe(1)
    expect(await looks(window, shown(true))).toBe(1)
    expect(await looks(window, shown(false))).toBe(0)
    expect(await looks(document, new Event('visibilitychange'))).toBe(1)
    document.hidden = true
    expect(await looks(document, new Event('visibilitychange'))).toBe(0)
    status = 401
    expect(await looks(window, new Event('online'))).toBe(1)
    expect(auth.state).toEqual({ status: 'expired', scheme: 'basic', who: me })
    auth.dispose()
    document.hidden = false
    expect(await looks(window, new Event('online'))).toBe(0)
    expect(await looks(document, new Event('visibilitychange'))).toBe(0)
  })
})
