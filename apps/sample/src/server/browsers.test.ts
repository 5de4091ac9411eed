// What real browsers send by themselves, and what a guard makes of it: kept Basic with another origin's page, and scripts without TLS.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier } from '@fluxauth/auth-node/server'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'
import { describeReal, requirePart } from '@fluxauth/auth-testkit/real'
import puppeteer, { type Browser } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

const HOSTS = ['influx.lan', 'pages.lan']

/** Each finds the servers of this machine by names that it does not know for its own. */
const browsers: Record<'chromium' | 'firefox', () => Promise<Browser>> = {
  chromium: () =>
    puppeteer.launch({
      executablePath: requirePart('chromium'),
      args: [
        '--no-sandbox',
        `--host-resolver-rules=${HOSTS.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`,
      ],
    }),
  firefox: () =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: requirePart('firefox'),
      extraPrefsFirefox: {
        'network.dns.localDomains': HOSTS.join(),
        'network.http.phishy-userpass-length': 255,
      },
    }),
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
const portOf = (server: Server) => (server.address() as AddressInfo).port

for (const [name, launch] of Object.entries(browsers)) {
  describeReal(`a guard before ${name}`, [name as 'chromium' | 'firefox'], () => {
    /** What came in, and how it was answered: whether Basic came along, the status, and whether it was asked for a password. */
    let seen: Record<string, { basic: boolean; status: number; asks: boolean }> = {}
    let browser: Browser
    let api: Server
    let pages: Server

    beforeAll(async () => {
      const verifier = createVerifier({
        product: 'v1',
        schemes: { basic: 'token' },
        store: createMemoryStore(),
      })
      await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions: [] })
      const listener = guardHttp(verifier).protect((_, response) => response.end('let in'))
      api = await listen((request, response) => {
        response.on('finish', () => {
          seen[`${request.method} ${request.url}`] = {
            basic: request.headers.authorization?.startsWith('Basic ') ?? false,
            status: response.statusCode,
            asks: response.hasHeader('www-authenticate'),
          }
        })
        listener(request, response)
      })
      pages = await listen((_, response) => response.setHeader('content-type', 'text/html').end('<p>'))
      browser = await launch()
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      for (const server of [api, pages]) {
        server?.closeAllConnections()
        server?.close()
      }
    })

    test('refuses what a page of another origin sends with the Basic that the browser keeps', async () => {
      const page = await browser.newPage()
      // Neither is preflighted: the browser asks nobody before it adds what it keeps.
      for (const mode of ['cors', 'no-cors'] as const) {
        seen = {}
        await page.goto(`http://joe:my-token@localhost:${portOf(api)}/`)
        expect(seen['GET /']).toEqual({ basic: true, status: 200, asks: false })
        await page.goto(`http://localhost:${portOf(pages)}/`)
        await page.evaluate(
          async (url, mode) => {
            const init = { method: 'POST', mode, credentials: 'include', body: 'x' } as const
            await fetch(url, init).catch(() => undefined)
          },
          `http://localhost:${portOf(api)}/write`,
          mode,
        )
        expect([mode, seen['POST /write']]).toEqual([mode, { basic: true, status: 401, asks: false }])
      }
      await page.close()
    }, 60_000)

    test('asks no script for a password, where the browser does not say what is one', async () => {
      seen = {}
      const page = await browser.newPage()
      await page.goto(`http://pages.lan:${portOf(pages)}/`)
      await page.evaluate(
        async (origin) => {
          await fetch(`${origin}/fetch`).catch(() => undefined)
          await new Promise((resolve) => {
            const request = new XMLHttpRequest()
            request.open('GET', `${origin}/xhr`)
            request.onloadend = resolve
            request.send()
          })
        },
        `http://influx.lan:${portOf(api)}`,
      )
      expect(seen['GET /fetch']).toEqual({ basic: false, status: 401, asks: false })
      expect(seen['GET /xhr']).toEqual({ basic: false, status: 401, asks: false })
      // A person who opens the page is asked: in a browser that shows its prompt this does not end by itself.
      const opening = page.goto(`http://influx.lan:${portOf(api)}/page`).catch(() => undefined)
      await expect
        .poll(() => seen['GET /page'], { timeout: 20_000 })
        .toMatchObject({ status: 401, asks: true })
      await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, 500))])
    }, 60_000)
  })
}
