// `@fluxauth/auth-core/influxdb` in real browsers: on a page of the server's own origin, and on one of another.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type * as influxdb from '@fluxauth/auth-core/influxdb'
import { describeReal, type RunningInfluxdb2, requirePart, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { build } from 'esbuild'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SampleServer, startServer } from './app.ts'

declare global {
  /** What the bundle leaves in the page. */
  var fluxauth: typeof influxdb
}

const ZOE = { username: 'zoë', password: 'open sesame' }
const browsers: Record<'chromium' | 'firefox', () => Promise<Browser>> = {
  chromium: () =>
    puppeteer.launch({ executablePath: requirePart('chromium'), args: ['--no-sandbox', '--disable-gpu'] }),
  firefox: () => puppeteer.launch({ browser: 'firefox', executablePath: requirePart('firefox') }),
}

for (const [name, launch] of Object.entries(browsers)) {
  describeReal(`influxdb in ${name}`, [name as 'chromium' | 'firefox', 'influxdb2'], () => {
    let browser: Browser
    let script: string
    let sample: SampleServer
    let influxd: RunningInfluxdb2
    /** Serves pages, and redirects whoever asks it for more. */
    let pages: Server
    beforeAll(async () => {
      const { outputFiles } = await build({
        stdin: {
          contents: "export * from '@fluxauth/auth-core/influxdb'",
          resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        },
        bundle: true,
        format: 'iife',
        globalName: 'fluxauth',
        write: false,
        logLevel: 'silent',
      })
      script = outputFiles[0]?.text ?? ''
      sample = await startServer(ZOE)
      influxd = await startInfluxdb2(ZOE)
      pages = createServer((request, response) => {
        const redirects = request.url?.startsWith('/api/')
        response.writeHead(
          redirects ? 307 : 200,
          redirects ? { location: 'http://localhost:1/' } : { 'content-type': 'text/html' },
        )
        response.end('<p>')
      })
      await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
      browser = await launch()
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      await sample?.stop()
      await influxd?.stop()
      pages?.closeAllConnections()
      pages?.close()
    })

    const open = async (url: string): Promise<Page> => {
      const page = await browser.newPage()
      await page.goto(url)
      await page.addScriptTag({ content: script })
      return page
    }
    const otherOrigin = () => open(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`)

    test('a page signs in to its own origin: the browser keeps the cookie, and no script sees it', async () => {
      // A page of that origin without its policy for scripts.
      const page = await open(`${sample.origin}/example`)
      const seen = await page.evaluate(async (zoe) => {
        const { checkToken, influxApi, me, signIn, signOut } = fluxauth
        const influx = influxApi({ url: location.origin })
        const session = await signIn(influx, zoe)
        const signedIn = influx.as(session)
        return {
          keptBy: session.keptBy,
          cookie: [session.cookie() ?? 'none', document.cookie],
          name: (await me(signedIn)).name,
          unknown: (await checkToken(influx, 'unknown')).state,
          ended: [await signOut(signedIn), await signOut(signedIn)],
          after: await me(signedIn).catch(({ reason }) => reason),
        }
      }, ZOE)
      expect(seen).toEqual({
        keptBy: 'browser',
        cookie: ['none', ''],
        name: 'zoë',
        unknown: 'unknown',
        ended: [true, false],
        after: 'credential',
      })
      await page.close()
    }, 60_000)

    test('a page of another origin uses a token with InfluxDB 2, and is told why one is refused', async () => {
      const page = await otherOrigin()
      const seen = await page.evaluate(
        async (url, credentials) => {
          const { authorizations, checkToken, detectProduct, influxApi, orgs, readBucket } = fluxauth
          const influx = influxApi({ url, credentials })
          const org = await orgs.find(influx, 'home')
          const orgID = org?.id ?? ''
          const permissions = [readBucket('713c982ddc60624e', orgID)]
          const made = await authorizations.create(influx, { orgID, permissions })
          const weak = influx.as(made.token ?? '')
          const { product, sure } = await detectProduct(url)
          return {
            product: [product, sure],
            weak: (await checkToken(weak)).state,
            refused: await authorizations.get(weak, made.id).catch(({ reason }) => reason),
            unknown: (await checkToken(influx, 'unknown')).state,
          }
        },
        influxd.url,
        influxd.token,
      )
      expect(seen).toEqual({
        product: ['v2', 'certain'],
        weak: 'good',
        refused: 'permission',
        unknown: 'unknown',
      })
      await page.close()
    }, 60_000)

    test('a redirect, which a browser does not show, is not followed', async () => {
      const page = await otherOrigin()
      const code = await page.evaluate(() => {
        const { influxApi, me } = fluxauth
        return me(influxApi({ url: location.origin, credentials: 'a-token' })).catch(({ code }) => code)
      })
      expect(code).toBe('ERR_REDIRECT_REFUSED')
      await page.close()
    }, 60_000)
  })
}
