// User names and passwords that are not ASCII, as InfluxData's clients write them, and what a real InfluxDB 2 and the sample make of it.

import { execFileSync } from 'node:child_process'
import { decodeBasic, encodeBasic } from '@fluxauth/auth-core'
import { describeReal, type RunningInfluxdb2, requirePart, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import type { InfluxDB } from '@influxdata/influxdb-client'
import { SigninAPI } from '@influxdata/influxdb-client-apis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SampleServer, startServer } from '../server/app.ts'

const USER = { username: 'zoë', password: 'p:ä ß secret' }

/** Prints the header that Python's client signs in with. */
const PYTHON = `
import json, sys
from influxdb_client import InfluxDBClient
given = json.load(sys.stdin)
client = InfluxDBClient(url="http://localhost", username=given["username"], password=given["password"])
print(client.api_client.configuration.get_basic_auth_token())
`

function headerOfPython(user: typeof USER): string {
  const input = JSON.stringify(user)
  return execFileSync(requirePart('python-client'), ['-c', PYTHON], {
    input,
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

/** The header that JavaScript's client signs in with. */
async function headerOfJavaScript({ username: user, password }: typeof USER): Promise<string> {
  let header = ''
  const transport = {
    async request(_path: string, _body: string, { headers }: { headers?: Record<string, string> }) {
      header = headers?.authorization ?? ''
    },
  }
  const client = { transport } as unknown as InfluxDB
  await new SigninAPI(client).postSignin({ auth: { user, password } })
  return header
}

describeReal('a password that is not ASCII', ['influxdb2', 'python-client'], () => {
  let real: RunningInfluxdb2
  let sample: SampleServer
  beforeAll(async () => {
    real = await startInfluxdb2(USER)
    sample = await startServer(USER)
  }, 60_000)
  afterAll(async () => {
    await real?.stop()
    await sample?.stop()
  })

  const signIn = (authorization: string) =>
    Promise.all(
      [real.url, sample.origin].map(async (origin) => {
        const headers = { authorization }
        return (await fetch(`${origin}/api/v2/signin`, { method: 'POST', headers })).status
      }),
    )

  test('signs in where it is written in UTF-8, as we do', async () => {
    expect(await signIn(encodeBasic(USER.username, USER.password))).toEqual([204, 204])
  })

  describe.each([
    ['Python', async (user: typeof USER) => headerOfPython(user).trim()],
    ['JavaScript', headerOfJavaScript],
  ])('from the client for %s', (_, headerOf) => {
    test('is written in Latin-1, to which the answer is 401', async () => {
      const header = await headerOf(USER)
      expect(header).toBe(encodeBasic(USER.username, USER.password, { charset: 'latin1' }))
      expect(decodeBasic(header, { charset: 'auto' })).toMatchObject(USER)
      expect(() => decodeBasic(header)).toThrow(expect.objectContaining({ code: 'ERR_BASIC_CHARSET' }))
      expect(await signIn(header)).toEqual([401, 401])
    })

    test('is not written at all where Latin-1 has no such character', async () => {
      await expect(headerOf({ ...USER, password: '€€€€€€€€' })).rejects.toThrow(
        /UnicodeEncodeError|Invalid character/,
      )
    })
  })
})
