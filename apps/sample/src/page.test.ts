// The page in a real Chromium: both schemes, the buckets on the screen, and no trace in storage.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeReal, requirePart } from '@fluxauth/auth-testkit/real'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

const CREDENTIALS = { username: 'zoë', password: 'p:ä ß€ s3cret', token: 's3cret-token==' }
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
]
const BUCKETS = ['air-quality', 'weather', '_monitoring']

describeReal('the page in Chromium', ['chromium'], () => {
  let folder: string
  let server: ChildProcess
  let origin: string
  let browser: Browser
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
    browser = await chromium.launch({ executablePath: requirePart('chromium'), args: ARGUMENTS })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    server?.kill('SIGTERM')
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    page = await browser.newPage()
    complaints = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(origin)
  })
  afterEach(() => page.close())

  const buckets = () => page.locator('#buckets li').allTextContents()
  const fill = async (form: string, fields: Record<string, string>) => {
    for (const [label, value] of Object.entries(fields))
      await page.getByLabel(label, { exact: true }).fill(value)
    await page.locator(`${form} button`).click()
  }
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
  const screenshot = async (name: string) => {
    const path = join(process.env.SCREENSHOTS ?? folder, `${name}.png`)
    await page.screenshot({ path, fullPage: true })
    expect((await stat(path)).size).toBeGreaterThan(5_000)
  }

  test('signs in with Basic and shows the buckets and the redacted request', async () => {
    await screenshot('signed-out')
    await fill('#basic', { 'User name': CREDENTIALS.username, Password: CREDENTIALS.password })
    await page.locator('#status', { hasText: 'Signed in with Basic' }).waitFor()
    expect(await buckets()).toEqual(BUCKETS)
    expect(await page.locator('#buckets').isVisible()).toBe(true)
    expect(await page.locator('#requests li').allInnerTexts()).toEqual([
      expect.stringMatching(/POST \/api\/v2\/signin\s+Authorization: Basic \[redacted\]\s+→ 204/),
      expect.stringMatching(/GET \/api\/v2\/buckets\s+no Authorization header[^→]*→ 200/),
    ])
    await screenshot('basic')
    expect(await traces()).not.toContain('s3cret')
    const [cookie] = await page.context().cookies(`${origin}/api/`)
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/' })
    await page.locator('#sign-out').click()
    await page.locator('#status', { hasText: 'Signed out' }).waitFor()
    expect(await page.context().cookies(`${origin}/api/`)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('uses a token and shows the buckets and the redacted request', async () => {
    await fill('#token', { 'API token': CREDENTIALS.token })
    await page.locator('#status', { hasText: 'Using a token' }).waitFor()
    expect(await buckets()).toEqual(BUCKETS)
    expect(await page.locator('#requests li').allInnerTexts()).toEqual([
      expect.stringMatching(/GET \/api\/v2\/buckets\s+Authorization: Token \[redacted\]\s+→ 200/),
    ])
    await page.setViewportSize({ width: 390, height: 800 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await screenshot('token-dark-narrow')
    expect(await traces()).not.toContain('s3cret')
    expect(await page.context().cookies()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('says what is wrong, and keeps nothing of it', async () => {
    await fill('#basic', { 'User name': CREDENTIALS.username, Password: 's3cret-but-wrong' })
    await page.locator('#status.bad', { hasText: 'User name or password is wrong' }).waitFor()
    await fill('#token', { 'API token': 's3cret-but-wrong' })
    await page.locator('#status.bad', { hasText: '401' }).waitFor()
    expect(await page.locator('#forms').isVisible()).toBe(true)
    expect(await traces()).not.toContain('s3cret')
  })
})
