// The element and the hook in real browsers: both schemes, by keyboard alone, what is said and where, and what axe finds.

import { readFile } from 'node:fs/promises'
import axeCore from 'axe-core'
import type { BrowserContext, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { bundle, describeBrowsers } from './testing/browsers.ts'
import type {} from './testing/page.ts'
import { startTestServer, type TestServer } from './testing/server.ts'

const html = (script: string, body: string) =>
  `<!doctype html><html lang="en"><head><title>test</title><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><link rel="stylesheet" href="/element.css"></head><body><main><h1>Sign in</h1>${body}</main><script type="module" src="${script}"></script></body></html>`

describeBrowsers('the element', (browser) => {
  let server: TestServer
  let context: BrowserContext
  let page: Page
  beforeAll(async () => {
    server = await startTestServer({
      '/': html(
        '/element.js',
        '<fluxauth-sign-in></fluxauth-sign-in><p id="kept"><input aria-label="Note"></p>',
      ),
      '/light': html('/element.js', '<fluxauth-sign-in></fluxauth-sign-in>').replace(
        /<meta name="color-.*?>/,
        '',
      ),
      '/element.css': await readFile(new URL('../public/element.css', import.meta.url), 'utf8'),
      '/element.js': await bundle('testing/element-page.ts'),
      '/react': html('/react.js', '<div id="root"><p id="status">unknown</p></div>'),
      '/react.js': await bundle('testing/react-page.ts'),
    })
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    server.sessions.clear()
    server.answer = () => undefined
    context = await browser().createBrowserContext()
    page = await context.newPage()
    await page.goto(server.origin)
  })
  afterEach(() => context.close())

  const isShown = () => page.$eval('fluxauth-sign-in', (element) => element.checkVisibility())
  const untilForms = () =>
    page.waitForFunction(() => document.querySelector('fluxauth-sign-in')?.checkVisibility())
  const status = () => page.evaluate(() => window.auth.state.status)
  const error = (form: string) => page.$eval(`.fluxauth-${form} [role=alert]`, (place) => place.textContent)
  const focused = () => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.name)
  const values = () =>
    page.$$eval('.fluxauth-input', (inputs) => inputs.map((input) => (input as HTMLInputElement).value))
  const axe = async () => {
    const found = (await page.evaluate(
      `${axeCore.source}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))`,
    )) as string[]
    return found
  }

  test('signs in by keyboard alone, and hides', async () => {
    await untilForms()
    await page.keyboard.press('Tab')
    // As some systems type it: the letter, and its dots behind it.
    await page.keyboard.type('zoe\u0308')
    await page.keyboard.press('Tab')
    await page.keyboard.type('s3cret')
    await page.keyboard.press('Enter')
    await expect.poll(status).toBe('signed-in')
    expect([...server.sessions.values()]).toEqual(['zo\u00eb'])
    expect([await isShown(), await values()]).toEqual([false, ['', '', '']])
    await page.reload()
    await expect.poll(status).toBe('signed-in')
    expect(await isShown()).toBe(false)
  })

  test('signs in with a token', async () => {
    await untilForms()
    expect(
      await page.$$eval('.fluxauth-input', (inputs) =>
        (inputs as HTMLInputElement[]).map(({ type, autocomplete, required, spellcheck, autocapitalize }) =>
          [type, autocomplete, required, spellcheck, autocapitalize].join(),
        ),
      ),
    ).toEqual([
      'text,username,true,false,none',
      'password,current-password,true,false,none',
      'password,off,true,false,none',
    ])
    await page.type('[name=token]', 'wrong')
    // Password managers look for it by that.
    await page.click('.fluxauth-token button[type=submit]')
    await expect.poll(() => error('token')).toBe('That is wrong. Check it and try again.')
    expect([await error('basic'), await focused()]).toEqual(['', 'token'])
    await page.keyboard.type(' s3cret-token ')
    await page.click('.fluxauth-token button')
    await expect
      .poll(() => page.evaluate(() => window.auth.state))
      .toMatchObject({ status: 'signed-in', scheme: 'token' })
  })

  test('says what is wrong at the field, keeps what was typed, and is sent once', async () => {
    await untilForms()
    await page.click('.fluxauth-basic button')
    expect([await error('basic'), await focused()]).toEqual(['Fill this in', 'username'])
    await page.type('[name=username]', 'zo:ë')
    await page.type('[name=password]', 'x')
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toBe('A user name has no colon')
    expect(await focused()).toBe('username')
    for (const name of ['username', 'password'])
      await page
        .$eval(`[name=${name}]`, (field) => (field as HTMLInputElement).select())
        .then(() => page.keyboard.press('Backspace'))
    await page.evaluate(() => {
      window.seen = []
      // By itself a page would put what was typed into its address.
      document.addEventListener('submit', (event) => {
        if (!event.defaultPrevented) window.seen.push('submitted')
      })
      for (const name of ['fluxauth-error', 'fluxauth-signed-in'] as const)
        document.addEventListener(name, (event) => {
          window.seen.push(`${event.type} ${JSON.stringify((event as CustomEvent).detail)}`)
        })
    })
    await page.type('[name=username]', 'zoë')
    await page.type('[name=password]', 'wrong')
    server.requests.length = 0
    await page.$eval('.fluxauth-basic', (form) => {
      for (let count = 0; count < 3; count++) (form as HTMLFormElement).requestSubmit()
    })
    await expect.poll(() => error('basic')).toBe('That is wrong. Check it and try again.')
    expect([await focused(), (await values()).slice(0, 2)]).toEqual(['password', ['zoë', 'wrong']])
    expect(server.requests.map(({ line }) => line)).toEqual(['POST /api/v2/signin'])
    expect(
      await page.$eval('[name=password]', (field) => [
        field.ariaInvalid,
        field.getAttribute('autocomplete'),
        document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent,
      ]),
    ).toEqual(['true', 'current-password', 'That is wrong. Check it and try again.'])
    expect(await axe()).toEqual([])
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/element.png` })
    // What is wrong is selected, so that the next that is typed takes its place; and nothing is wrong with that any more.
    await page.keyboard.type('s3cret')
    expect([await error('basic'), await page.$$('[aria-invalid], [aria-describedby]')]).toEqual(['', []])
    await page.keyboard.press('Enter')
    await expect.poll(status).toBe('signed-in')
    expect(await page.evaluate(() => window.seen)).toEqual([
      'fluxauth-error {"code":"ERR_SIGN_IN_REFUSED"}',
      `fluxauth-signed-in ${JSON.stringify(await page.evaluate(() => window.auth.state))}`,
    ])
  })

  test('can be read on a page that is light where the system is dark, and with large letters nothing is cut off', async () => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]).catch(() => undefined) // not in Firefox
    await page.setViewport({ width: 390, height: 800 })
    await page.goto(`${server.origin}/light`)
    await untilForms()
    await page.click('.fluxauth-basic button')
    expect([await error('basic'), await axe()]).toEqual(['Fill this in', []])
    const wider = await page.evaluate(() => {
      document.documentElement.style.fontSize = '32px'
      return document.documentElement.scrollWidth - innerWidth
    })
    expect(wider).toBeLessThanOrEqual(0)
  })

  test('says that the browser kept no cookie, which to try again does not help', async () => {
    await untilForms()
    await page.setRequestInterception(true)
    page.on('request', (request) =>
      request.url().endsWith('/me') ? request.respond({ status: 401 }) : request.continue(),
    )
    await page.type('[name=username]', 'zoë')
    await page.type('[name=password]', 's3cret')
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toContain('kept no cookie. Are cookies allowed')
  })

  test('signs in again in place, and leaves the rest of the page as it is', async () => {
    await untilForms()
    await page.evaluate(() => window.auth.signIn({ username: 'zoë', password: 's3cret' }))
    await page.type('#kept input', 'unsaved')
    server.sessions.clear()
    await page.evaluate(() => window.auth.fetch('/api/v2/buckets'))
    await untilForms()
    expect(await page.$eval('.fluxauth-note', (note) => note.checkVisibility())).toBe(true)
    expect(await axe()).toEqual([])
    await page.type('[name=username]', 'zoë')
    await page.type('[name=password]', 's3cret')
    let answer = (): void => undefined
    server.answer = (path, response) => {
      if (path !== '/api/v2/signin') return false
      answer = () => {
        server.sessions.set('again', 'zoë')
        response.writeHead(204, { 'set-cookie': 'session=again; Path=/api/' }).end()
      }
      return true
    }
    await page.keyboard.press('Enter')
    await expect.poll(status).toBe('signing-in')
    expect(await page.$eval('.fluxauth-note', (note) => note.checkVisibility())).toBe(true)
    answer()
    await expect.poll(status).toBe('signed-in')
    expect(await page.$eval('#kept input', (field) => (field as HTMLInputElement).value)).toBe('unsaved')
  })

  test('keeps nothing that was half typed where one is signed in otherwise', async () => {
    await untilForms()
    await page.type('[name=username]', 'zoë')
    await page.type('[name=password]', 's3c')
    server.requests.length = 0
    const others = await page.evaluate(async () => {
      const add = (schemes?: string) => {
        const element = document.createElement('fluxauth-sign-in')
        if (schemes) element.setAttribute('schemes', schemes)
        document.body.append(element)
        return element
      }
      const all = [add(), add('basic'), add('token'), add('token  basic')]
      const forms = all.map((element) =>
        [...element.querySelectorAll('form')].map((form) => form.className.split('-').at(-1)).join(' '),
      )
      const [removed, without] = [add(), add()]
      removed.remove()
      removed.auth = window.auth
      without.auth = undefined
      const [form, field] = [without.querySelector('form'), without.querySelector('input')]
      form?.requestSubmit()
      if (field) field.value = 'half typed'
      document.body.prepend(without)
      const left = [
        form?.querySelector('[role=alert]')?.textContent,
        without.querySelector('input')?.value,
        without.querySelectorAll('form').length,
      ]
      await window.auth.signIn({ token: 's3cret-token' })
      const heard = [removed.hidden, without.hidden]
      document.body.append(removed)
      without.auth = window.auth
      heard.push(removed.hidden, without.hidden)
      for (const element of [...all, removed, without]) element.remove()
      return { forms, heard, left }
    })
    expect(others).toEqual({
      forms: ['basic token', 'basic', 'token', 'basic token'],
      heard: [false, false, true, true],
      left: ['', 'half typed', 2],
    })
    // Who is signed in is known: none of them asked again.
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Token s3cret-token'])
    expect([await isShown(), await values()]).toEqual([false, ['', '', '']])
  })

  test('would be found out by axe without its labels', async () => {
    await untilForms()
    await page.$$eval('label', (labels) => labels.map((label) => label.remove()))
    expect((await axe()).join()).toContain('label')
  })

  test('says that the server does not answer, though nobody knows who is signed in', async () => {
    await page.setRequestInterception(true)
    let isCut = true
    page.on(
      'request',
      (request) => void (isCut && request.url().includes('/api/') ? request.abort() : request.continue()),
    )
    await page.reload()
    await untilForms()
    expect([await status(), await error('basic')]).toEqual([
      'unknown',
      'The server does not answer. Are you online?',
    ])
    await page.type('[name=username]', 'zoë')
    expect(await error('basic')).toBe('')
    await page.type('[name=password]', 'wrong')
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toContain('does not answer')
    expect([await status(), await isShown(), await focused()]).toEqual(['unknown', true, 'password'])
    isCut = false
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toContain('That is wrong')
    expect([await status(), await isShown(), await focused()]).toEqual(['unknown', true, 'password'])
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await expect.poll(status).toBe('signed-out')
    expect([await error('basic'), await isShown(), await focused()]).toEqual(['', true, 'password'])
    expect(await page.$$('[aria-invalid], [aria-describedby]')).toEqual([])
    await page.keyboard.type('s3cret')
    await page.keyboard.press('Enter')
    await expect.poll(status).toBe('signed-in')
    expect(await isShown()).toBe(false)
  })

  test('speaks other languages, also once it is in the page, and keeps what was typed', async () => {
    await untilForms()
    await page.type('[name=token]', 'half a tok')
    await page.$eval('fluxauth-sign-in', (element) => {
      element.messages = { username: 'Benutzer', ERR_SIGN_IN_REFUSED: 'Falsch', error: 'Fehler' }
    })
    expect([await focused(), (await values()).at(-1)]).toEqual(['token', 'half a tok'])
    await page.type('::-p-aria(Benutzer)', 'zoë')
    await page.type('[name=password]', 'wrong')
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toBe('Falsch')
    // What has no text of its own: where the page gives one for that, it is said.
    server.answer = (path, response) => path === '/api/v2/signin' && Boolean(response.writeHead(500).end())
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toBe('Fehler')
    await page.$eval('fluxauth-sign-in', (element) => {
      element.messages = {}
    })
    await page.keyboard.press('Enter')
    await expect.poll(() => error('basic')).toBe('That did not work. Try again.')
  })

  test('says nothing where the page has asked for something else meanwhile', async () => {
    await untilForms()
    let asked = 0
    server.answer = (path) => /\/(signin|me)$/.test(path) && ++asked > 0
    await page.type('[name=username]', 'zoë')
    await page.type('[name=password]', 's3cret')
    const code = page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('fluxauth-error', ({ detail }: CustomEventInit) => resolve(detail.code))
        }),
    )
    await page.keyboard.press('Enter')
    await expect.poll(() => asked).toBe(1)
    await page.evaluate(() => void window.auth.signIn({ token: 's3cret-token' }).catch(() => undefined))
    expect([await code, await error('basic'), (await values())[0]]).toEqual([
      'ERR_SIGN_IN_SUPERSEDED',
      '',
      'zoë',
    ])
  })

  test('useAuth() takes up what a server rendered without a flash, and follows the state', async () => {
    await page.evaluate(() => window.auth.signIn({ username: 'zoë', password: 's3cret' }))
    await page.goto(`${server.origin}/react`)
    await page.waitForFunction(() => window.auth)
    const shown = () => page.$eval('#status', (element) => element.textContent)
    expect(await shown()).toBe('unknown')
    await page.evaluate(() => window.auth.resume())
    await expect.poll(shown).toBe('signed-in zoë')
    await page.evaluate(() => window.auth.signOut())
    await expect.poll(shown).toBe('signed-out')
  })
})
