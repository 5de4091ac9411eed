// Sessions and vaults in a real Chromium, Firefox and WebKit, on a page under a strict policy: reloads, tabs, lost networks, other origins,
// and scripts that come later and want the token.

import { encodeBasic } from '@fluxauth/auth-core'
import type { Browser, BrowserContext, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BrowserName, bundle, describeBrowsers } from './testing/browsers.ts'
import type {} from './testing/page.ts'
import { startTestServer, type TestServer } from './testing/server.ts'

const HTML =
  '<!doctype html><html lang="en"><title>test</title><script type="module" src="/page.js"></script><p>page</p>'
const ZOE = { username: 'zoë', password: 's3cret' }

const suite = (browser: () => Browser, name: BrowserName) => {
  let server: TestServer
  let other: TestServer
  let context: BrowserContext
  beforeAll(async () => {
    const files = {
      '/': HTML,
      '/other': '<!doctype html><html lang="en"><title>other</title><p>other</p>',
      '/page.js': await bundle('testing/page.ts'),
      '/token-worker.js': await bundle('vaults/worker-script.ts'),
    }
    ;[server, other] = await Promise.all([startTestServer(files), startTestServer({})])
  })
  afterAll(() => Promise.all([server.stop(), other.stop()]))
  beforeEach(async () => {
    for (const each of [server, other]) {
      each.requests.length = 0
      each.sessions.clear()
      each.answer = () => undefined
    }
    context = await browser().createBrowserContext()
  })
  afterEach(() => context.close())

  /** A page with `auth` on it, and what it was told in `seen`. */
  const open = async (vault?: 'memory' | 'worker', origin?: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(server.origin)
    await start(page, vault, origin)
    return page
  }
  const start = async (page: Page, vault?: 'memory' | 'worker', origin?: string) => {
    await page.waitForFunction(() => window.testing)
    await page.evaluate(
      (name, url) => {
        const { createBrowserAuth, vaults } = window.testing
        window.auth = createBrowserAuth({ vault: name && vaults[name](), origin: url })
        window.seen = []
        window.auth.subscribe((state) => window.seen.push(state.status))
      },
      vault,
      origin,
    )
  }
  const state = (page: Page) => page.evaluate(() => window.auth.state)
  const signIn = (page: Page, credentials: { username: string; password: string } | { token: string }) =>
    page.evaluate(
      (given) =>
        window.auth.signIn(given).then(
          () => 'done',
          (error) => `${error.code}: ${error.message}`,
        ),
      credentials,
    )
  const signOut = (page: Page) =>
    page.evaluate(() =>
      window.auth.signOut().then(
        () => 'done',
        (error) => error.code,
      ),
    )
  const resume = (page: Page) =>
    page.evaluate(() =>
      window.auth.resume().then(
        () => undefined,
        (error) => error.code,
      ),
    )
  const signedIn = (name: string) => ({ status: 'signed-in', scheme: 'basic', who: { id: name, name } })
  const down = (each: TestServer) => {
    each.answer = (path, response) => path.startsWith('/api/') && Boolean(response.socket?.destroy())
  }
  const online = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('online')))
  // The driver of WebKit leaves the network as it is: there the server is down, and the browser's event made up.
  const goOffline = async (page: Page) => {
    if (name === 'webkit') down(server)
    else await page.setOfflineMode(true)
  }
  const goOnline = async (page: Page) => {
    server.answer = () => undefined
    if (name === 'webkit') await online(page)
    else await page.setOfflineMode(false)
  }
  /** Leaves the page, and comes back to it as it was: out of the back/forward cache. */
  const leave = async (page: Page) => {
    // By the page itself: in Firefox Puppeteer waits in vain for what comes out of the cache.
    const go = async (way: 'there' | 'back') => {
      await page.evaluate((to) => (to === 'there' ? location.assign('/other') : history.back()), way)
      const isThere = () => page.evaluate(() => location.pathname === '/other').catch(() => undefined)
      await expect.poll(isThere).toBe(way === 'there')
    }
    await go('there')
    return () => go('back')
  }
  /** What brings a page back to who is looking at it: what it begins with, and what it ends with. */
  const returns: Readonly<Record<string, (page: Page) => Promise<() => Promise<unknown>>>> = {
    'comes out of the back/forward cache': leave,
    'is online again': async (page) => {
      await goOffline(page)
      return () => goOnline(page)
    },
    // A page in the background of a browser without a screen is not hidden.
    'is looked at again': async (page) => () =>
      page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))),
  }

  describe('a session', () => {
    test('is signed in to, survives a reload, and ends; its cookie is seen by no script', async () => {
      const page = await open()
      expect(await signIn(page, { ...ZOE, password: 'wrong' })).toMatch(/^ERR_SIGN_IN_REFUSED/)
      expect(await signIn(page, ZOE)).toBe('done')
      expect(await state(page)).toEqual(signedIn('zoë'))
      await page.reload()
      await start(page)
      expect(await state(page)).toEqual({ status: 'unknown' })
      await resume(page)
      expect(await page.evaluate(() => window.seen)).toEqual(['unknown', 'signed-in'])
      expect(await page.evaluate(() => document.cookie)).toBe('')
      expect(await signOut(page)).toBe('done')
      expect([server.sessions.size, (await state(page)).status]).toEqual([0, 'signed-out'])
      expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).toBe('{}')
    })

    test('is seen by another tab as it begins, changes hands and ends', async () => {
      const [one, two] = [await open(), await open()]
      await signIn(one, ZOE)
      await expect.poll(() => state(two)).toEqual(signedIn('zoë'))
      await signIn(two, { username: 'ann', password: 's3cret' })
      await expect.poll(() => state(one)).toEqual(signedIn('ann'))
      await signOut(one)
      await expect.poll(() => state(two)).toEqual({ status: 'signed-out', sessionLives: false })
    })

    test.each(Object.entries(returns))(
      'that is over is noticed, in place, when the page %s',
      async (_, begin) => {
        const page = await open()
        await signIn(page, ZOE)
        const asked = () => server.requests.filter(({ line }) => line === 'GET /api/v2/me').length
        // Told to the page, too: whoever leaves while an answer is under way finds no page in the back/forward cache.
        const answered = () =>
          page.evaluate(
            () =>
              performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/v2/me'))
                .length,
          )
        const before = [asked(), await answered()] as const
        await (await begin(page))()
        await expect.poll(asked).toBeGreaterThan(before[0])
        await expect.poll(answered).toBeGreaterThan(before[1])
        expect(await state(page)).toEqual(signedIn('zoë'))
        const end = await begin(page)
        server.sessions.clear()
        await end()
        await expect.poll(() => state(page)).toEqual({ ...signedIn('zoë'), status: 'expired' })
        await signIn(page, ZOE)
        expect(await state(page)).toEqual(signedIn('zoë'))
      },
    )

    test('that was begun meanwhile is seen as the page comes out of the back/forward cache', async () => {
      const page = await open()
      await resume(page)
      expect((await state(page)).status).toBe('signed-out')
      const back = await leave(page)
      const headers = { authorization: encodeBasic(ZOE.username, ZOE.password) }
      await page.evaluate((init) => fetch('/api/v2/signin', init).then(() => undefined), {
        method: 'POST',
        headers,
      })
      await back()
      await expect.poll(() => state(page)).toEqual(signedIn('zoë'))
    })

    test('lives through a lost network, and a server that is lost', async () => {
      const page = await open()
      await signIn(page, ZOE)
      const ask = () =>
        page.evaluate(() =>
          window.auth.fetch('/api/v2/buckets').then(
            () => 'done',
            (error) => error.code,
          ),
        )
      await goOffline(page)
      expect(await ask()).toBe('ERR_UNREACHABLE')
      await goOnline(page)
      down(server)
      await online(page)
      expect(await ask()).toBe('ERR_UNREACHABLE')
      expect(await state(page)).toEqual(signedIn('zoë'))
    })

    test('that could not be ended is ended when the network is back', async () => {
      const page = await open()
      await signIn(page, ZOE)
      await goOffline(page)
      expect(await signOut(page)).toBe('ERR_SIGN_OUT_FAILED')
      expect(await state(page)).toEqual({ status: 'signed-out', sessionLives: true })
      expect(server.sessions.size).toBe(1)
      await goOnline(page)
      await expect.poll(() => state(page)).toEqual({ status: 'signed-out', sessionLives: false })
      expect(server.sessions.size).toBe(0)
    })

    test('that could not be ended is not taken up after a reload, but ended', async () => {
      const page = await open()
      await signIn(page, ZOE)
      down(server)
      await signOut(page)
      server.answer = () => undefined
      await page.reload()
      await start(page)
      await resume(page)
      expect([server.sessions.size, await state(page)]).toEqual([
        0,
        { status: 'signed-out', sessionLives: false },
      ])
    })

    test('ends also where the page ends its sign-in meanwhile', async () => {
      const page = await open()
      await signIn(page, ZOE)
      let release = (): void => undefined
      server.answer = (path, response) => {
        if (path !== '/api/v2/signout') return false
        release = () => {
          server.sessions.clear()
          response.writeHead(204).end()
        }
        return true
      }
      const ended = page.evaluate(() => {
        const ending = window.auth.signOut().then(
          () => 'done',
          (error) => String(error),
        )
        setTimeout(() => window.auth.dispose(), 50)
        return ending
      })
      await new Promise((resolve) => setTimeout(resolve, 200))
      release()
      expect(await ended).toBe('done')
    })

    test('is the one that was asked for last, whatever the browser answers late', async () => {
      const page = await open()
      const held: (() => void)[] = []
      server.answer = (path, response) => {
        if (path !== '/api/v2/signin' || held.length > 0) return false
        held.push(() => response.writeHead(204, { 'set-cookie': 'session=late; Path=/api/' }).end())
        return true
      }
      server.sessions.set('late', 'late')
      const first = signIn(page, { username: 'late', password: 's3cret' })
      await expect.poll(() => held).toHaveLength(1)
      const second = signIn(page, ZOE)
      expect([await first, await second]).toEqual([expect.stringMatching(/^ERR_SIGN_IN_SUPERSEDED/), 'done'])
      held[0]?.()
      await resume(page)
      await online(page)
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(await state(page)).toEqual(signedIn('zoë'))
    })
  })

  test('an address to return to is one of this origin', async () => {
    const page = await open()
    const own = ['/data?id=1#x', 'data', `${server.origin}/data`, '', '/%2f/evil.test', '/.//evil.test']
    const elsewhere = [
      '//evil.test',
      '/\\evil.test',
      '\\\\evil.test',
      '/\t/evil.test',
      '/\n/evil.test',
      ' //evil.test',
      'https://evil.test',
      'http:\\\\evil.test',
      'javascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      `blob:${server.origin}/x`,
      `http://user@${server.origin.slice(7)}/`,
      `http://:password@${server.origin.slice(7)}/`,
      `https${server.origin.slice(4)}/`,
      'http://',
      other.origin,
    ]
    const read = (list: string[]) =>
      page.evaluate((all) => all.map((each) => window.testing.returnAddress(each, '/home')), list)
    for (const address of await read(own)) expect(new URL(address).origin).toBe(server.origin)
    expect(await read(elsewhere)).toEqual(elsewhere.map(() => `${server.origin}/home`))
  })

  describe.each(['memory', 'worker'] as const)('a token in the vault %s', (vault) => {
    test('is used, and refused where it is wrong', async () => {
      const page = await open(vault)
      expect(await signIn(page, { token: 'wrong' })).toMatch(/^ERR_SIGN_IN_REFUSED/)
      expect(await signIn(page, { token: 's3cret-token' })).toBe('done')
      expect(await page.evaluate(async () => (await window.auth.fetch('/api/v2/buckets')).json())).toEqual({
        buckets: [],
      })
      expect(server.requests.at(-1)?.authorization).toBe('Token s3cret-token')
      await page.evaluate(async () => {
        const body = new FormData()
        body.set('query', 'buckets()')
        await window.auth.fetch('/api/v2/query', { method: 'POST', body })
      })
      expect(server.requests.at(-1)?.body).toContain('buckets()')
      // As InfluxDB answers what was written or deleted.
      server.answer = (path, response) =>
        path === '/api/v2/query' && Boolean(response.writeHead(204, 'Done').end())
      expect(
        await page.evaluate(async () => {
          const response = await window.auth.fetch('/api/v2/query', { method: 'POST', body: 'x' })
          return [response.status, response.statusText, await response.text()]
        }),
      ).toEqual([204, 'Done', ''])
      await signOut(page)
      expect(await page.evaluate(async () => (await window.auth.fetch('/api/v2/buckets')).status)).toBe(401)
    })

    test('is gone after a reload', async () => {
      const page = await open(vault)
      await signIn(page, { token: 's3cret-token' })
      await page.reload()
      await start(page, vault)
      await resume(page)
      expect((await state(page)).status).toBe('signed-out')
    })

    test('is there as the page comes out of the back/forward cache', async () => {
      const page = await open(vault)
      await signIn(page, { token: 's3cret-token' })
      await (await leave(page))()
      expect(await page.evaluate(async () => (await window.auth.fetch('/api/v2/buckets')).status)).toBe(200)
      expect((await state(page)).status).toBe('signed-in')
    })

    test('follows no redirect to another origin', async () => {
      const page = await open(vault)
      await signIn(page, { token: 's3cret-token' })
      other.answer = (_, response) => {
        response
          .writeHead(200, {
            'access-control-allow-origin': '*',
            'access-control-allow-headers': 'authorization',
          })
          .end()
        return true
      }
      server.answer = (path, response) =>
        path === '/moved' && Boolean(response.writeHead(307, { location: `${other.origin}/` }).end())
      const code = await page.evaluate(() =>
        window.auth.fetch('/moved').then(
          () => 'done',
          (error) => error.code,
        ),
      )
      expect([code, other.requests]).toEqual(['ERR_VAULT_REDIRECT', []])
    })

    test('is read by no script that comes later, whatever it puts in the place of the platform’s', async () => {
      const page = await open(vault)
      // All in one go: what drives the browser would stumble over it as well.
      const [statuses, stolen] = (await page.evaluate(`(async () => {
        const auth = window.auth
        const spies = (${installSpies})()
        await auth.signIn({ token: 's3cret-token' })
        const init = { headers: { 'x-mine': '1' } }
        const one = await auth.fetch('/api/v2/buckets', init)
        const two = await auth.fetch(new Request('/api/v2/buckets', init))
        return [[one.status, two.status], spies.end()]
      })()`)) as [number[], string[]]
      expect([statuses, stolen]).toEqual([[200, 200], []])
    })

    test('goes to no other server, whatever a request’s class says it is', async () => {
      const page = await open()
      other.answer = (_, response) => {
        response.setHeader('access-control-allow-origin', '*')
        response.setHeader('access-control-allow-headers', 'authorization')
        return false
      }
      const code = await page.evaluate(
        async (name, here, elsewhere) => {
          const held = window.testing.vaults[name]()(here, fetch)
          await held.hold('s3cret-token')
          Object.defineProperty(Request, Symbol.hasInstance, { configurable: true, value: () => false })
          return held.fetch(new Request(`${elsewhere}/api/v2/buckets`)).then(
            () => 'done',
            (error) => error.code,
          )
        },
        vault,
        server.origin,
        other.origin,
      )
      expect([code, other.requests]).toEqual(['ERR_VAULT_ORIGIN', []])
    })

    test('is told apart: a server that is down, and CORS', async () => {
      const page = await open(vault, other.origin)
      const failure = () => signIn(page, { token: 's3cret-token' })
      expect(await failure()).toMatch(/^ERR_UNREACHABLE: .*Access-Control-Allow-Origin/)
      other.answer = (_, response) => {
        response.setHeader('access-control-allow-origin', '*')
        return false
      }
      expect(await failure()).toMatch(/Access-Control-Allow-Headers: authorization/)
      other.answer = (_, response, { method }) => {
        response.setHeader('access-control-allow-origin', '*')
        response.setHeader('access-control-allow-headers', 'authorization')
        // WebKit keeps it longer than a context lasts.
        response.setHeader('access-control-max-age', '0')
        return method === 'OPTIONS' && Boolean(response.writeHead(204).end())
      }
      expect(await failure()).toBe('done')
      other.answer = (_, response) => Boolean(response.socket?.destroy())
      expect(await failure()).toMatch(/is the server up/)
    })
  })

  test('a worker keeps to its list, and its script may be missing', async () => {
    const page = await open('worker')
    await signIn(page, { token: 's3cret-token' })
    const codes = await page.evaluate(() =>
      Promise.all(
        ['/api/v2/authorizations', '/api/v2/buckets/../authorizations', '/api/v2/%61uthorizations'].map(
          (path) =>
            window.auth.fetch(path).then(
              () => 'done',
              (error) => error.code,
            ),
        ),
      ),
    )
    expect(codes).toEqual(Array(3).fill('ERR_VAULT_PATH'))
    server.answer = (path, response) => path === '/token-worker.js' && Boolean(response.writeHead(404).end())
    await start(page, 'worker')
    expect(await signIn(page, { token: 's3cret-token' })).toMatch(/^ERR_VAULT_WORKER/)
    server.answer = () => undefined
    expect(await signIn(page, { token: 's3cret-token' })).toBe('done')
    expect(await page.evaluate(() => window.auth.state.status)).toBe('signed-in')
  })
}
describeBrowsers('the package', suite, ['chromium', 'firefox', 'webkit'])

/** Looks at whatever is handed to the platform, or looked for in an object: run in the page. */
function installSpies(): { end(): string[] } {
  const stolen: string[] = []
  const undo: (() => void)[] = []
  const define = Object.defineProperty
  const includes = Function.prototype.call.bind(String.prototype.includes) as (
    text: string,
    part: string,
  ) => boolean
  const keysOf = Reflect.ownKeys
  const applyTo = Reflect.apply
  const push = Array.prototype.push
  const look = (what: string, value: unknown, depth = 3): void => {
    if (typeof value === 'string' && includes(value, 's3cret-token')) applyTo(push, stolen, [what])
    if (typeof value !== 'object' || value === null || depth === 0 || value === stolen) return
    try {
      const keys = keysOf(value)
      for (let index = 0; index < keys.length; index++) {
        look(what, (value as Record<PropertyKey, unknown>)[keys[index] as PropertyKey], depth - 1)
      }
    } catch {}
  }
  const spy = (name: string, holder: object, key: PropertyKey): void => {
    const real = (holder as Record<PropertyKey, unknown>)[key]
    if (typeof real !== 'function') return
    applyTo(push, undo, [() => define(holder, key, { configurable: true, writable: true, value: real })])
    define(holder, key, {
      configurable: true,
      writable: true,
      value: function (this: unknown, ...args: unknown[]) {
        look(name, this)
        look(name, args)
        return new.target ? Reflect.construct(real, args) : applyTo(real, this, args)
      },
    })
  }
  spy('fetch', window, 'fetch')
  for (const name of ['set', 'append', 'get', 'forEach', 'entries', Symbol.iterator])
    spy(`Headers ${String(name)}`, Headers.prototype, name)
  for (const name of ['then', 'catch', 'finally']) spy(`Promise ${name}`, Promise.prototype, name)
  for (const name of ['stringify', 'parse']) spy(`JSON ${name}`, JSON, name)
  for (const [holder, name] of [
    [Worker, 'Worker'],
    [MessagePort, 'MessagePort'],
    [BroadcastChannel, 'BroadcastChannel'],
  ] as const) {
    spy(`${name} postMessage`, holder.prototype, 'postMessage')
  }
  // What a class says is its own: `instanceof` asks it.
  for (const holder of [Worker, Request, Headers, URL, Response, ReadableStream, AbortController]) {
    applyTo(push, undo, [() => delete (holder as { [Symbol.hasInstance]?: unknown })[Symbol.hasInstance]])
    define(holder, Symbol.hasInstance, { configurable: true, value: () => false })
  }
  for (const name of ['exec', 'test', Symbol.replace]) spy(`RegExp ${String(name)}`, RegExp.prototype, name)
  for (const name of [
    'charCodeAt',
    'slice',
    'trim',
    'indexOf',
    'startsWith',
    'endsWith',
    'replace',
    'concat',
    'split',
    'toString',
    'valueOf',
    Symbol.iterator,
  ]) {
    spy(`String ${String(name)}`, String.prototype, name)
  }
  for (const name of ['push', 'map', 'forEach', 'join', 'concat', 'slice'])
    spy(`Array ${name}`, Array.prototype, name)
  for (const name of ['assign', 'entries', 'keys', 'defineProperty', 'fromEntries'])
    spy(`Object ${name}`, Object, name)
  for (const name of ['apply', 'get', 'construct']) spy(`Reflect ${name}`, Reflect, name)
  for (const name of ['set', 'get']) {
    spy(`Map ${name}`, Map.prototype, name)
    spy(`WeakMap ${name}`, WeakMap.prototype, name)
  }
  for (const name of [
    'Worker',
    'Request',
    'Headers',
    'URL',
    'btoa',
    'Response',
    'structuredClone',
    'queueMicrotask',
  ])
    spy(name, window, name)
  for (const name of [
    'method',
    'headers',
    'mode',
    'cache',
    'priority',
    'body',
    'transfer',
    'authorization',
    'credentials',
    'toJSON',
  ]) {
    applyTo(push, undo, [() => delete (Object.prototype as Record<string, unknown>)[name]])
    define(Object.prototype, name, {
      configurable: true,
      get() {
        look(`Object.prototype.${name}`, this)
        return undefined
      },
      set(value) {
        look(`Object.prototype.${name}`, value)
        define(this, name, { value, writable: true, configurable: true, enumerable: true })
      },
    })
  }
  return {
    end() {
      for (let index = 0; index < undo.length; index++) undo[index]?.()
      return stolen
    },
  }
}
