// Runs an example for a browser in a real Chromium, on a page of the sample's server, and fills in its form as a visitor would.

import { requirePart } from '@fluxauth/auth-testkit/real'
import { build } from 'esbuild'
import { launch } from 'puppeteer-core'
import { READER } from './example.ts'

/** Strict, and with Trusted Types where an example is about them. */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'"

const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

/**
 * Bundles the file, and runs it on a page with this content.
 *
 * @param file in a project, from which its imports are found
 * @param html what the page shows: a form, into which a visitor types user name and password
 */
export async function runInBrowser(
  file: string,
  origin: string,
  html: string,
): Promise<{ readonly output: string; readonly error: string | undefined }> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  })
  const browser = await launch({ browser: 'chrome', executablePath: requirePart('chromium'), args: ARGS })
  try {
    const page = await browser.newPage()
    const printed: string[] = []
    const faults: string[] = []
    page.on('console', (message) => printed.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    // A page of that origin, as its server would send it: what a script writes into one is not upgraded to a custom element.
    await page.setRequestInterception(true)
    const script = outputFiles[0]?.text ?? ''
    const policy = `${POLICY}${script.includes('trustedTypes') ? "; require-trusted-types-for 'script'" : ''}`
    page.on('request', (request) => {
      if (request.url() === `${origin}/example`) {
        const contentType = 'text/html; charset=utf-8'
        const body = `<!doctype html>${html}<script type="module" src="/example.js"></script>`
        void request.respond({ contentType, headers: { 'content-security-policy': policy }, body })
      } else if (request.url() === `${origin}/example.js`) {
        void request.respond({ contentType: 'text/javascript; charset=utf-8', body: script })
      } else void request.continue()
    })
    await page.goto(`${origin}/example`)
    if (/<form|<fluxauth-sign-in/.test(html)) {
      // The element shows its form once it knows that nobody is signed in.
      await page.waitForSelector('form', { visible: true })
      await page.type('[name=username]', READER.username)
      await page.type('[name=password]', READER.password)
      await page.click('form button')
    }
    await page.waitForNetworkIdle({ idleTime: 300, timeout: 20_000 })
    return { output: printed.join('\n'), error: faults.length > 0 ? faults.join('\n') : undefined }
  } finally {
    await browser.close()
  }
}
