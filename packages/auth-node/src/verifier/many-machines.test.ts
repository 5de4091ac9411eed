// Two servers on one store: what one of them did the other knows, also when the first, or the store, is gone.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import {
  describeReal,
  type RealPartName,
  type RunningServer,
  startPostgres,
  startRedis,
} from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../testing/node-server.js', import.meta.url))

/** A store's server that can be stopped and started again. */
interface Backend extends RunningServer {
  halt(): Promise<void>
  resume(): Promise<void>
}

/** A server in a process of its own. */
class Machine {
  readonly #process: ChildProcess
  readonly #origin: string

  constructor(process: ChildProcess, port: number) {
    this.#process = process
    this.#origin = `http://127.0.0.1:${port}`
  }

  static async start(store: string, url: string): Promise<Machine> {
    // The password stands in no argument: those can be read by everybody.
    const child = fork(PROGRAM, [], { env: { PATH: process.env.PATH, STORE: store, STORE_URL: url } })
    return new Machine(child, await reply<number>(child))
  }

  async get(headers: Readonly<Record<string, string>>): Promise<number> {
    return (await fetch(`${this.#origin}/api/v2/me`, { headers })).status
  }

  signIn(user: string, password = `${user}'s password`): Promise<Response> {
    const headers = { authorization: encodeBasic(user, password) }
    return fetch(`${this.#origin}/api/v2/signin`, { method: 'POST', headers })
  }

  async cookieOf(user: string): Promise<{ readonly cookie: string }> {
    const response = await this.signIn(user)
    expect(response.status).toBe(204)
    return { cookie: response.headers.get('set-cookie')?.split(';', 1)[0] ?? '' }
  }

  async call<T>(object: 'tokens' | 'sessions', method: string, ...args: readonly unknown[]): Promise<T> {
    this.#process.send({ object, method, args })
    return (await reply<{ result: T }>(this.#process)).result
  }

  /** A new token of joe's. */
  async token(): Promise<{ readonly id: string; readonly headers: { readonly authorization: string } }> {
    const { token, stored } = await this.call<{ token: string; stored: { id: string } }>('tokens', 'create', {
      userID: '0000000000000000',
      user: 'joe',
      permissions: [],
    })
    return { id: stored.id, headers: { authorization: encodeToken(token) } }
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await ended
  }
}

function reply<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)))
  })
}

testMachines('Redis', ['redis'], 'redis', startRedis)
testMachines('PostgreSQL', ['postgres', 'initdb'], 'postgres', startPostgres)

function testMachines(
  title: string,
  parts: readonly RealPartName[],
  name: string,
  startBackend: () => Promise<Backend>,
): void {
  describeReal(`two servers on one ${title}`, parts, () => {
    let backend: Backend
    let a: Machine
    let b: Machine
    const start = () => Machine.start(name, backend.url)
    beforeAll(async () => {
      backend = await startBackend()
      ;[a, b] = await Promise.all([start(), start()])
    })
    afterAll(async () => {
      await Promise.all([a?.kill(), b?.kill()])
      await backend?.stop()
    })

    test('who signed in at one is signed in at the other', async () => {
      const cookie = await a.cookieOf('joe')
      expect(await b.get(cookie)).toBe(200)
      const { headers } = await b.token()
      expect(await a.get(headers)).toBe(200)
    })

    test('who is locked out at one is locked out at the other', async () => {
      const refused: number[] = []
      for (let i = 0; i < 8; i++) refused.push((await (i % 2 ? a : b).signIn('eve', 'wrong')).status)
      expect(refused).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
      const right = await b.signIn('eve')
      expect(right.status).toBe(429)
      expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0)
    })

    test('sessions outlive the server that began them', async () => {
      const cookie = await a.cookieOf('joe')
      await a.kill()
      expect(await b.get(cookie)).toBe(200)
      a = await start()
      expect(await a.get(cookie)).toBe(200)
    })

    test('what is revoked at one is refused there at once, and at the other within five seconds', async () => {
      const { id, headers } = await a.token()
      const cookie = await a.cookieOf('joe')
      for (const machine of [a, b]) {
        expect([await machine.get(headers), await machine.get(cookie)]).toEqual([200, 200])
      }
      const revoked = performance.now()
      await a.call('tokens', 'delete', id)
      await a.call('sessions', 'revokeAll', '0000000000000000')
      expect([await a.get(headers), await a.get(cookie)]).toEqual([401, 401])
      for (const credential of [headers, cookie]) {
        await expect.poll(() => b.get(credential), { timeout: 7000, interval: 50 }).toBe(401)
      }
      expect(performance.now() - revoked).toBeLessThan(5500)
    })

    test('while the store is gone they refuse with 503, and come back by themselves', async () => {
      const [seen, unseen] = [await a.token(), await a.token()]
      const cookie = await b.cookieOf('joe')
      await backend.halt()
      expect(await b.get(seen.headers)).toBe(503)
      expect(await b.get(cookie)).toBe(503)
      expect(await a.get(unseen.headers)).toBe(503)
      expect((await a.signIn('joe')).status).toBe(503)
      await backend.resume()
      for (const machine of [a, b]) {
        for (const credential of [seen.headers, unseen.headers, cookie]) {
          await expect.poll(() => machine.get(credential), { timeout: 10_000 }).toBe(200)
        }
      }
      expect((await a.signIn('joe')).status).toBe(204)
    })

    test('what was seen just before is let in while the store is gone', async () => {
      const { headers } = await a.token()
      expect(await b.get(headers)).toBe(200)
      await backend.halt()
      expect(await b.get(headers)).toBe(200)
      await backend.resume()
      await expect.poll(() => a.get(headers), { timeout: 10_000 }).toBe(200)
    })
  })
}
