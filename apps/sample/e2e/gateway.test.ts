// The page before a real InfluxDB 2, as `demo --serve` starts it: one signs in here, sees and writes its data, and never gets the server's own token.

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describeReal, type RunningInfluxdb2, requirePart, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { type Browser, launch } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

describeReal('the page in Chromium before InfluxDB 2', ['influxdb2', 'chromium'], () => {
  let influx: RunningInfluxdb2
  let demo: ChildProcess
  let browser: Browser
  /** What the demo says at its start. */
  let said = ''

  beforeAll(async () => {
    const executablePath = requirePart('chromium')
    ;[influx, browser] = await Promise.all([
      startInfluxdb2(),
      launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] }),
    ])
    const program = fileURLToPath(new URL('../dist/demo.js', import.meta.url))
    const env = { INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token, NO_COLOR: '1' }
    demo = spawn(process.execPath, [program, '--serve'], { env })
    await new Promise<void>((resolve, reject) => {
      demo.stdout?.on('data', (piece) => {
        said += piece
        if (said.includes('Ctrl-C ends it')) resolve()
      })
      demo.once('exit', () => reject(new Error(`the demo ended: ${said}`)))
    })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    demo?.kill('SIGTERM')
    await influx?.stop()
  })

  test('signs in, lists the buckets, writes a point and shows it, and the server’s token is nowhere', async () => {
    const find = (form: RegExp) => form.exec(said)?.[1] ?? ''
    const page = await browser.newPage()
    await page.setViewport({ width: 1280, height: 900 })
    /** All that comes to the browser, and all that goes. */
    const passed: Promise<string>[] = []
    page.on('response', (response) => {
      const head = JSON.stringify([response.url(), response.headers(), response.request().headers()])
      passed.push(
        response.text().then(
          (body) => head + body,
          () => head,
        ),
      )
    })
    const see = (text: string) =>
      page.waitForFunction((part) => document.body.textContent?.includes(part), { timeout: 10_000 }, text)

    await page.goto(find(/Open (\S+)/))
    for (const name of ['username', 'password'] as const) {
      const field = await page.waitForSelector(`.fluxauth-basic [name=${name}]`)
      await field?.type(find(new RegExp(`${name} +(\\S+)`)))
    }
    await page.keyboard.press('Enter')
    await see(`Signed in as ${find(/username +(\S+)/)}`)
    await page.locator('::-p-aria([name="List the buckets"])').click()
    await see('_monitoring')
    await page.locator('nav a[href="/data"]').click()
    await see('Nothing in this bucket yet')
    expect(await page.$$eval('#bucket option', (all) => all.map((each) => each.textContent))).toEqual([
      influx.bucket,
    ])
    await page.$eval('#celsius', (field) => (field as HTMLInputElement).select())
    await page.type('#celsius', '24.5')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('tbody')?.textContent?.includes('24.5'))
    expect(await page.$('.chart canvas')).not.toBeNull()

    const query = new URLSearchParams({ db: influx.bucket, q: 'SELECT celsius FROM air' })
    const headers = { authorization: `Token ${influx.token}` }
    expect(await (await fetch(`${influx.url}/query?${query}`, { headers })).text()).toContain('24.5')

    // The same call as the Wire has it for Flux, which InfluxDB itself makes.
    const operator = { authorization: `Token ${influx.token}` }
    await fetch(`${influx.url}/api/v2/orgs/${influx.orgID}/secrets`, {
      method: 'PATCH',
      headers: operator,
      body: JSON.stringify({ INFLUX_TOKEN: find(/^ {2}token +(\S+)/m) }),
    })
    await page.$$eval('.wire [role=tab]', (tabs) => {
      for (const tab of tabs) if (tab.textContent === 'Flux') (tab as HTMLElement).click()
    })
    const flux = await page.$$eval('.wire [role=tabpanel]:not([hidden]) code', (all) => {
      const texts = all.map(({ textContent }) => textContent ?? '')
      return texts.find((text) => text.includes('"POST"') && text.includes('/api/v2/points')) ?? ''
    })
    const ran = await fetch(`${influx.url}/api/v2/query?org=${influx.org}`, {
      method: 'POST',
      headers: { ...operator, 'content-type': 'application/vnd.flux' },
      body: flux.replace('24.5', '19.75'),
    })
    expect(await ran.text()).toContain(',204,')
    expect(await (await fetch(`${influx.url}/query?${query}`, { headers })).text()).toContain('19.75')

    const all = [...(await Promise.all(passed)), await page.content(), said].join('\n')
    // Not what it is compared with, which is long and could hold the token.
    expect([all.includes('/api/v2/points'), all.includes(influx.token)]).toEqual([true, false])
  })
})
