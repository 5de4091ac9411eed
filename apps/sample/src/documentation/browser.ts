// Runs an example for a browser in a real Chromium, on a page of the sample's server, and fills in its form as a visitor would.

import { requirePart } from '@fluxauth/auth-testkit/real'
import { build } from 'esbuild'
import { launch } from 'puppeteer-core'
import { READER } from './example.ts'

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
    // A page of that origin without its own scripts.
    await page.goto(`${origin}/example`)
    await page.setContent(html)
    await page.addScriptTag({ type: 'module', content: outputFiles[0]?.text ?? '' })
    if (await page.$('form')) {
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
