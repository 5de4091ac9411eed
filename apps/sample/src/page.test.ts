// The page in a real Chromium and a real Firefox: both schemes, the buckets on the screen, and no trace in storage.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeReal, realParts, requirePart } from '@fluxauth/auth-testkit/real'
import { type Browser, type BrowserContext, type LaunchOptions, launch, type Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

const CREDENTIALS = { username: 'zoë', password: 'p:ä ß€ s3cret', token: 's3cret-token==' }
const BUCKETS = ['air-quality', 'weather', '_monitoring', '_tasks']

/** How to start each browser. Firefox cannot be told later that the page is to be dark. */
const BROWSERS = {
  chromium: {
    browser: 'chrome',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  },
  firefox: {
    browser: 'firefox',
    extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': 0 },
  },
} as const satisfies Record<string, LaunchOptions>

for (const name of Object.keys(BROWSERS) as (keyof typeof BROWSERS)[]) {
  describeReal(`the page in ${realParts[name].title}`, [name], () => testPage(name))
}

function testPage(name: keyof typeof BROWSERS): void {
  let folder: string
  let server: ChildProcess
  let origin: string
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxauth-page-'))
    const file = join(folder, 'credentials.json')
    await writeFile(file, JSON.stringify(CREDENTIALS), { mode: 0o600 })
    const program = fileURLToPath(new URL('../dist/server.js', import.meta.url))
    server = spawn(process.execPath, [program, '--port', '0', '--credentials', file])
    origin = await new Promise<string>((resolve, reject) => {
      server.stdout?.on('data', (chunk) => resolve(/http:\S+/.exec(String(chunk))?.[0] ?? ''))
      server.once('exit', () => reject(new Error('the server ended')))
    })
    browser = await launch({ ...BROWSERS[name], executablePath: requirePart(name) })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    server?.kill('SIGTERM')
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    context = await browser.createBrowserContext()
    page = await context.newPage()
    complaints = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(origin)
  })
  afterEach(() => context.close())

  const buckets = () => page.$$eval('#buckets li', (items) => items.map((item) => item.textContent))
  // biome-ignore lint/performance/useDomNodeTextContent: as it is seen, each part on a line of its own
  const requests = () => page.$$eval('#requests li', (items) => items.map((item) => item.innerText))
  const isVisible = (selector: string) => page.$eval(selector, (element) => element.checkVisibility())
  const fill = async (form: string, fields: Record<string, string>) => {
    for (const [label, value] of Object.entries(fields)) {
      const field = await page.waitForSelector(`${form} ::-p-aria([name="${label}"])`)
      await field?.type(value)
    }
    await page.locator(`${form} button`).click()
  }
  const untilStatus = (text: string, status = '#status') =>
    page.waitForFunction(
      (selector, part) => document.querySelector(selector)?.textContent?.includes(part),
      {},
      status,
      text,
    )
  /** Where a secret could have stayed behind. */
  const traces = () =>
    page.evaluate(() => {
      const fields = [...document.querySelectorAll('input')].map(({ value }) => value)
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        location.href,
        fields,
        document.body.textContent,
      ])
    })
  const screenshot = async (title: string) => {
    const path = join(process.env.SCREENSHOTS ?? folder, `${name}-${title}.png`) as `${string}.png`
    await page.screenshot({ path, fullPage: true })
    expect((await stat(path)).size).toBeGreaterThan(5_000)
  }

  test('signs in with Basic and shows the buckets and the redacted request', async () => {
    await screenshot('signed-out')
    await fill('#basic', { 'User name': CREDENTIALS.username, Password: CREDENTIALS.password })
    await untilStatus('Signed in with Basic')
    expect(await buckets()).toEqual(BUCKETS)
    expect(await isVisible('#buckets')).toBe(true)
    expect(await requests()).toEqual([
      expect.stringMatching(/POST \/api\/v2\/signin\s+Authorization: Basic \[redacted\]\s+→ 204/),
      expect.stringMatching(/GET \/api\/v2\/me\s+no Authorization header[^→]*→ 200/),
      expect.stringMatching(/GET \/api\/v2\/buckets\s+no Authorization header[^→]*→ 200/),
    ])
    await screenshot('basic')
    expect(await traces()).not.toContain('s3cret')
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/' })
    await page.locator('#sign-out').click()
    await untilStatus('Signed out')
    expect(await context.cookies()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('keeps what was typed until there is an answer', async () => {
    let answer: (() => void) | undefined
    await page.setRequestInterception(true)
    page.on('request', (request) => {
      if (!request.url().endsWith('/signin')) return void request.continue()
      answer = () => void request.continue()
    })
    await fill('#basic', { 'User name': CREDENTIALS.username, Password: 's3cret-but-wrong' })
    await expect.poll(() => answer).toBeDefined()
    const fields = () => page.$$eval('#basic input', (inputs) => inputs.map(({ value }) => value))
    expect(await fields()).toEqual([CREDENTIALS.username, 's3cret-but-wrong'])
    answer?.()
    await untilStatus('User name, password or token is wrong', '#status.bad')
    expect(await fields()).toEqual([CREDENTIALS.username, ''])
  })

  test('uses a token and shows the buckets and the redacted request', async () => {
    await fill('#token', { 'API token': CREDENTIALS.token })
    await untilStatus('Using a token')
    expect(await buckets()).toEqual(BUCKETS)
    expect(await requests()).toEqual([
      expect.stringMatching(/GET \/api\/v2\/me\s+Authorization: Token \[redacted\]\s+→ 200/),
      expect.stringMatching(/GET \/api\/v2\/buckets\s+Authorization: Token \[redacted\]\s+→ 200/),
    ])
    await page.setViewport({ width: 390, height: 800 })
    if (name === 'chromium')
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    await screenshot('token-dark-narrow')
    expect(await traces()).not.toContain('s3cret')
    expect(await context.cookies()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('says what is wrong, and keeps nothing of it', async () => {
    await fill('#basic', { 'User name': CREDENTIALS.username, Password: 's3cret-but-wrong' })
    await untilStatus('User name, password or token is wrong', '#status.bad')
    // The name is still there to be used again; the password is not.
    expect(await page.$$eval('#basic input', (fields) => fields.map(({ value }) => value))).toEqual([
      CREDENTIALS.username,
      '',
    ])
    await fill('#token', { 'API token': 's3cret-but-wrong' })
    await untilStatus('User name, password or token is wrong', '#status.bad')
    expect(await isVisible('#forms')).toBe(true)
    expect(await traces()).not.toContain('s3cret')
  })
}
