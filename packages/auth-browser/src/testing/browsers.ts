// Real browsers, and the package bundled for a page of theirs.

import { fileURLToPath } from 'node:url'
import { describeReal, realParts, requirePart } from '@fluxauth/auth-testkit/real'
import { build } from 'esbuild'
import { type Browser, type LaunchOptions, launch } from 'puppeteer-core'
import { afterAll, beforeAll } from 'vitest'
import { launchWebKit } from './webkit.ts'

const BROWSERS = {
  chromium: {
    browser: 'chrome',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  },
  firefox: { browser: 'firefox' },
} as const satisfies Record<string, LaunchOptions>

/** A browser that tests are run in. */
export type BrowserName = keyof typeof BROWSERS | 'webkit'

/** Runs a suite in each browser: in those that Puppeteer drives, unless more are named. */
export function describeBrowsers(
  title: string,
  suite: (browser: () => Browser, name: BrowserName) => void,
  names: readonly BrowserName[] = ['chromium', 'firefox'],
): void {
  for (const name of names) {
    const parts = name === 'webkit' ? [name, 'xvfb' as const] : [name]
    describeReal(`${title} in ${realParts[name].title}`, parts, () => {
      let browser: Browser
      beforeAll(async () => {
        browser =
          name === 'webkit'
            ? await launchWebKit()
            : await launch({ ...BROWSERS[name], executablePath: requirePart(name) })
      }, 60_000)
      afterAll(() => browser?.close())
      suite(() => browser, name)
    })
  }
}

/** A file of this package and all that it imports, as one script. */
export async function bundle(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../${path}`, import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]?.text ?? ''
}
