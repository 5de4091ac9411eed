// The walk against real servers, as a person starts it.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describeReal, startInfluxdb, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { expect, test } from 'vitest'

const DEMO = fileURLToPath(new URL('../dist/demo.js', import.meta.url))

function walk(url: string, env: Readonly<Record<string, string>>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH, NO_COLOR: '1', ...env } }
    execFile(process.execPath, [DEMO, '--against', url], options, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
    })
  })
}

describeReal('the walk against InfluxDB 2', ['influxdb2'], () => {
  test('shows both schemes, and shows no secret', async () => {
    const { url, token, username, password, stop } = await startInfluxdb2()
    try {
      const both = { INFLUX_TOKEN: token, INFLUX_USERNAME: username, INFLUX_PASSWORD: password }
      const { code, output } = await walk(url, both)
      expect([code, output.match(/< \d{3}/g)]).toEqual([
        0,
        ['< 204', '< 200', '< 401', '< 200', '< 401', '< 200'],
      ])
      expect(output).toContain('this product takes the word in any case')
      for (const secret of [token, password]) expect(output).not.toContain(secret)

      const one = await walk(url, { INFLUX_TOKEN: token })
      expect([one.code, one.output.match(/< \d{3}/g)]).toEqual([0, ['< 200', '< 401', '< 200', '< 200']])
      const wrong = await walk(url, { INFLUX_TOKEN: 's3cret-wrong' })
      expect([wrong.code, wrong.output]).toEqual([
        1,
        expect.stringContaining('401 Unauthorized, expected 200'),
      ])
    } finally {
      await stop()
    }
  })
})

describeReal('the walk against InfluxDB 1', ['influxdb'], () => {
  test('shows Basic, which is its scheme', async () => {
    const { url, stop } = await startInfluxdb({ username: 'zoë', password: 'p:ä ß€' })
    try {
      const { code, output } = await walk(url, { INFLUX_USERNAME: 'zoë', INFLUX_PASSWORD: 'p:ä ß€' })
      expect([code, output.match(/< \d{3}/g)]).toEqual([0, ['< 200', '< 401', '< 200']])
    } finally {
      await stop()
    }
  })
})

test('says what it needs, and that nobody answers', async () => {
  const bare = await walk('http://127.0.0.1:9', {})
  expect([bare.code, bare.output]).toEqual([1, expect.stringContaining('Set INFLUX_TOKEN')])
  expect((await walk('http://127.0.0.1:9', { INFLUX_TOKEN: 'x' })).code).toBe(1)
})
