// The same netrc files, given to curl and to us: both send the same header.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import https, { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeReal, runCurl } from '@fluxauth/auth-testkit/real'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authHttp } from '../clients/http.ts'
import { authFetch, fromNetrc } from '../index.ts'

/** By what is special about them; `HOST` is the server's. */
const FILES: Readonly<Record<string, string>> = {
  'one line': 'machine HOST login joe password p',
  'one word a line': 'machine\n  HOST\n\tlogin\njoe\npassword\n  p\n',
  'no line break at the end': 'machine HOST login joe password p',
  'password before login': 'machine HOST password p login joe',
  'keywords in capitals': 'MACHINE HOST LOGIN joe PASSWORD p',
  'another machine first': 'machine other.example login no password no\nmachine HOST login joe password p',
  'two of the same name': 'machine HOST login joe password 1\nmachine HOST login jim password 2',
  'default alone': 'default login joe password p',
  'default after others': 'machine other.example login no password no\ndefault login joe password p',
  'default before the machine': 'default login joe password 1\nmachine HOST login jim password 2',
  'machine before default': 'machine HOST login joe password 1\ndefault login jim password 2',
  'no entry': 'machine other.example login joe password p',
  'an empty file': '',
  'a login alone': 'machine HOST login joe',
  'a login and an empty password': 'machine HOST login joe password ""',
  'a quoted password': 'machine HOST login joe password "a b"',
  'a quoted login': 'machine HOST login "joe doe" password p',
  'quoted keywords': '"machine" "HOST" "login" "joe" "password" "p"',
  'escapes in quotes': String.raw`machine HOST login joe password "q\"u\\o\x\'"`,
  'backslashes without quotes': String.raw`machine HOST login joe password a\tb\"c`,
  'a quote inside a word': 'machine HOST login joe password a"b"c',
  'a hash inside a word': 'machine HOST login joe password a#b',
  'a hash in quotes': 'machine HOST login joe password "#b"',
  comments: '# machine HOST login no password no\nmachine HOST login joe # login no\n  # more\npassword p',
  'a comment in the place of a value': 'machine HOST login joe password #no\np',
  'an account': 'machine HOST login joe account acc password p',
  'unknown keywords': 'machine HOST port 8086 protocol https login joe password p',
  'a macro before': 'macdef init\nmachine HOST login no password no\n\nmachine HOST login joe password p',
  'a macro of several lines': 'macdef up\ncd /x\nput y\n\n\nmachine HOST login joe password p',
  'characters outside ASCII': 'machine HOST login zoë password pä€',
  'a colon in the password': 'machine HOST login joe password p:w:',
  'tabs and many spaces': 'machine \t  HOST\t\tlogin  joe \t password\tp   ',
  'white space that is not of ASCII':
    'machine HOST login joe\u{2003}doe password a\u{a0}b\u{3000}c\u{2028}d\u{feff}e',
  'a form feed and a vertical tab': 'machine HOST\flogin\vjoe password p',
  'more of an entry that has both': 'machine HOST login joe password 1 login jim password 2',
  'more of an entry, the other way around': 'machine HOST password 1 login joe password 2 login jim',
  'a login twice before the password': 'machine HOST login joe login jim password 1',
  'keywords as values': 'machine HOST login password password login',
}

describeReal('netrc files, beside curl', ['curl'], () => {
  const received: (string | undefined)[] = []
  let server: Server
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxauth-netrc-'))
    server = createServer((request, response) => {
      received.push(request.headers.authorization)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })

  test.each(Object.entries(FILES))('%s', async (title, content) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const path = join(folder, title.replaceAll(' ', '-'))
    await writeFile(path, content.replaceAll('HOST', '127.0.0.1'), { mode: 0o600 })
    received.length = 0
    expect(await runCurl({ url: origin, 'netrc-file': path })).toMatchObject({ exitCode: 0 })
    const credentials = fromNetrc({ path })
    const found = await credentials.find({ origin }).catch(() => undefined)
    await (found ? authFetch({ origin, credentials }) : fetch)(origin)
    expect(received).toHaveLength(2)
    expect(received[1]).toBe(received[0])
  })

  test('an entry goes to every port of its host, and a port in its name belongs to no host', async () => {
    const second = createServer((request, response) => {
      received.push(request.headers.authorization)
      response.end()
    })
    await new Promise<void>((resolve) => second.listen(0, '127.0.0.1', resolve))
    const ports = [server, second].map((each) => (each.address() as AddressInfo).port)
    const path = join(folder, 'ports')
    for (const [machine, expected] of [
      ['127.0.0.1', `Basic ${btoa('joe:p')}`],
      [`127.0.0.1:${ports[0]}`, undefined],
      [`http://127.0.0.1:${ports[0]}`, undefined],
    ]) {
      await writeFile(path, `machine ${machine} login joe password p`, { mode: 0o600 })
      const credentials = fromNetrc({ path })
      received.length = 0
      for (const port of ports) {
        const origin = `http://127.0.0.1:${port}`
        expect(await runCurl({ url: origin, 'netrc-file': path })).toMatchObject({ exitCode: 0 })
        const found = await credentials.find({ origin }).catch(() => undefined)
        await (found ? authFetch({ origin, credentials }) : fetch)(origin)
      }
      expect(received).toEqual([expected, expected, expected, expected])
      expect(await credentials.get({ origin: 'https://127.0.0.1' }).catch(() => undefined)).toEqual(
        expected && { scheme: 'basic', username: 'joe', password: 'p' },
      )
    }
    second.closeAllConnections()
    await new Promise((resolve) => second.close(resolve))
  })

  test('over https as over http, and to nobody whose certificate is not trusted', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    })
    const secure = createSecureServer({ key, cert }, (request, response) => {
      received.push(request.headers.authorization)
      response.end()
    })
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const origin = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`
    const [path, ca] = [join(folder, 'https'), join(folder, 'ca.pem')]
    await writeFile(path, 'machine 127.0.0.1 login joe password p', { mode: 0o600 })
    await writeFile(ca, cert)
    const agent = new https.Agent({ ca: cert })
    const { get } = authHttp({ origin, credentials: fromNetrc({ path }), agents: { https: agent } })
    const { get: distrustful } = authHttp({ origin, credentials: fromNetrc({ path }) })
    received.length = 0
    try {
      expect(await runCurl({ url: origin, 'netrc-file': path, cacert: ca })).toMatchObject({ exitCode: 0 })
      ;(await get(origin)).resume()
      expect(received).toEqual([`Basic ${btoa('joe:p')}`, `Basic ${btoa('joe:p')}`])
      expect((await runCurl({ url: origin, 'netrc-file': path })).exitCode).toBe(60)
      await expect(distrustful(origin)).rejects.toThrow(/certificate/)
      expect(received).toHaveLength(2)
    } finally {
      agent.destroy()
      secure.closeAllConnections()
      await new Promise((resolve) => secure.close(resolve))
    }
  })

  test('a quoted word without end is an error for both', async () => {
    const path = join(folder, 'no-end')
    await writeFile(path, 'machine 127.0.0.1 login joe password "p', { mode: 0o600 })
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { exitCode } = await runCurl({ url: origin, 'netrc-file': path })
    expect(exitCode).not.toBe(0)
    await expect(fromNetrc({ path }).get({ origin })).rejects.toMatchObject({ code: 'ERR_SOURCE_INVALID' })
  })
})
