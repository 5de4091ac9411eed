// Our headers against real servers: InfluxDB 1.6 and nginx take what we write, and we read what they ask for. And Redis and PostgreSQL.

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { decodeBasic, encodeBasic, encodeToken, parseChallenges } from '@fluxauth/auth-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  describeReal,
  findPart,
  type RunningServer,
  requirePart,
  runCurl,
  startInfluxdb,
  startNginx,
  startPostgres,
  startRedis,
} from './index.ts'

const USER = { username: 'zoë', password: 'p:ä ß€' }
const right = encodeBasic(USER.username, USER.password)
const wrong = encodeBasic(USER.username, 'wrong')

describeReal('InfluxDB 1.6', ['influxdb', 'curl'], () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startInfluxdb(USER)
  })
  afterAll(() => server?.stop())

  const query = (q: string, headers: Record<string, string> = {}, parameters: Record<string, string> = {}) =>
    fetch(`${server.url}/query?${new URLSearchParams(parameters)}`, {
      method: 'POST',
      body: new URLSearchParams({ q }),
      headers,
    })

  test('accepts our Basic header, whose password has a colon, a space and non-ASCII characters', async () => {
    const response = await query('SHOW DATABASES', { authorization: right })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-influxdb-version')).toMatch(/^1\.6/)
    expect(decodeBasic(right)).toEqual({ scheme: 'basic', ...USER })
  })

  test('accepts the same credentials as u and p, and refuses wrong ones', async () => {
    expect((await query('SHOW DATABASES', {}, { u: USER.username, p: USER.password })).status).toBe(200)
    expect((await query('SHOW DATABASES', {}, { u: USER.username, p: 'wrong' })).status).toBe(401)
  })

  test('reads back a point that was written', async () => {
    expect((await query('CREATE DATABASE weather', { authorization: right })).status).toBe(200)
    const written = await fetch(`${server.url}/write?db=weather`, {
      method: 'POST',
      body: 'air,place=roof celsius=21.5 1000000000',
      headers: { authorization: right },
    })
    expect(written.status).toBe(204)
    const answer = await (
      await query('SELECT celsius FROM air', { authorization: right }, { db: 'weather' })
    ).json()
    expect(answer).toMatchObject({ results: [{ series: [{ values: [['1970-01-01T00:00:01Z', 21.5]] }] }] })
  })

  test.each([
    ['a wrong password', () => wrong, 'authorization failed'],
    [
      'a Token, which it does not know',
      () => encodeToken('a:b'),
      'unable to parse authentication credentials',
    ],
    [
      'two spaces, which RFC 9110 allows and we never write',
      () => right.replace(' ', '  '),
      'unable to parse',
    ],
  ])('refuses %s, with a challenge that we read', async (_, authorization, message) => {
    const response = await query('SHOW DATABASES', { authorization: authorization() })
    expect(response.status).toBe(401)
    expect(parseChallenges(response.headers.get('www-authenticate') ?? '')).toEqual([
      { scheme: 'basic', params: { realm: 'InfluxDB' } },
    ])
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(message) })
  })

  test('accepts from curl what we accept from it', async () => {
    const user = `${USER.username}:${USER.password}`
    const { stdout, exitCode } = await runCurl({ url: `${server.url}/query?q=SHOW+DATABASES`, user })
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { results: [expect.anything()] }])
  })
})

describeReal('nginx auth_basic', ['nginx', 'htpasswd'], () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startNginx(USER)
  })
  afterAll(() => server?.stop())

  test('accepts our Basic header', async () => {
    const response = await fetch(server.url, { headers: { authorization: right } })
    expect([response.status, await response.json()]).toEqual([200, { nginx: true }])
  })

  test('refuses a wrong one, with a challenge that we read', async () => {
    const response = await fetch(server.url, { headers: { authorization: wrong } })
    expect(response.status).toBe(401)
    expect(parseChallenges(response.headers.get('www-authenticate') ?? '')).toEqual([
      { scheme: 'basic', params: { realm: 'fluxauth' } },
    ])
  })
})

describeReal('Redis and PostgreSQL', ['redis', 'postgres', 'initdb'], () => {
  test('Redis starts, stops and starts again on its port, and its password stands in no argument', async () => {
    const redis = await startRedis()
    expect(new URL(redis.url).password).toBe(redis.password)
    const pids = [redis.pid]
    await redis.halt()
    await redis.resume()
    pids.push(redis.pid)
    expect(new Set(pids).size).toBe(2)
    expect(await argumentsOf(redis.pid)).not.toContain(redis.password)
    await redis.stop()
    expect(() => process.kill(redis.pid ?? 0, 0)).toThrow('ESRCH')
  })

  test('PostgreSQL starts, stops and starts again on its port, and is not root', async () => {
    const postgres = await startPostgres()
    await postgres.halt()
    await postgres.resume()
    expect(await argumentsOf(postgres.pid)).not.toContain(postgres.password)
    expect(
      execFileSync('ps', ['-o', 'user=', '-p', `${postgres.pid}`], { encoding: 'utf8' }).trim(),
    ).not.toBe('root')
    await postgres.stop()
    expect(() => process.kill(postgres.pid ?? 0, 0)).toThrow('ESRCH')
  })

  const argumentsOf = (pid: number | undefined) => readFile(`/proc/${pid}/cmdline`, 'utf8')
})

test('says how to get a program that is not there', () => {
  const path = process.env.PATH
  process.env.PATH = ''
  try {
    if (findPart('chromium') === undefined)
      expect(() => requirePart('chromium')).toThrow('apt-get install chromium')
    else expect(requirePart('chromium')).toMatch(/^\//)
  } finally {
    process.env.PATH = path
  }
})
