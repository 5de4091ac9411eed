// The demo and the server as a person starts them: what they print, how they end, and that nothing secret is in it.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const dist = (name: string) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url))

function run(args: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
      },
    )
  })
}

/** Waits until a child has printed what the pattern finds. */
function waitForOutput(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const match = pattern.exec(output)
      if (match) resolve(match)
    })
    child.once('exit', () => reject(new Error(`ended early: ${output}`)))
  })
}

describe('pnpm demo', () => {
  test('shows both schemes and every refusal, and ends with 0', async () => {
    const { code, output } = await run([dist('demo.js')], { NO_COLOR: '1' })
    expect(code).toBe(0)
    expect(output).toContain('All as expected.')
    expect(output.match(/^\d\. .*$/gm)).toHaveLength(6)
    expect(output.match(/< \d{3}/g)).toEqual(['< 204', '< 200', '< 401', '< 401', '< 401', '< 200'])
    expect(output).toContain('buckets: air-quality, weather, _monitoring, _tasks')
    expect(output).not.toContain('\u001b')
    // Whatever follows a scheme word or the cookie's name is redacted.
    expect(output).not.toMatch(/(basic|token|session=) ?[\w+/-]{16,}/i)
  })

  test('is coloured where colour is wanted', async () => {
    const { code, output } = await run([dist('demo.js')], { FORCE_COLOR: '1' })
    expect([code, output.includes('\u001b[')]).toEqual([0, true])
  })

  test('teaches with --help, and refuses what it does not know', async () => {
    expect((await run([dist('demo.js'), '--help'], {})).output).toContain('--serve')
    expect((await run([dist('demo.js'), '--nonsense'], {})).code).toBe(1)
  })

  test('stays up with --serve until it is told to end', async () => {
    const child = spawn(process.execPath, [dist('demo.js'), '--serve'], { env: { NO_COLOR: '1' } })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const [, origin, token] = await waitForOutput(child, /Open (\S+) and[\s\S]*token {5}(\S+)\n/)
    const response = await fetch(`${origin}/api/v2/buckets`, { headers: { authorization: `Token ${token}` } })
    expect(response.status).toBe(200)
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })
})

test('the server takes known credentials from a file, and does not print them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fluxauth-sample-'))
  const file = join(folder, 'credentials.json')
  await writeFile(
    file,
    JSON.stringify({ username: 'u', password: 's3cret-password', token: 's3cret-token' }),
    { mode: 0o600 },
  )
  const child = spawn(process.execPath, [dist('server.js'), '--port', '0', '--credentials', file])
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const [output, origin] = await waitForOutput(child, /Listening on (\S+)[\s\S]*token.*\n/)
  expect(output).not.toContain('s3cret')
  const response = await fetch(`${origin}/api/v2/me`, { headers: { authorization: 'Token s3cret-token' } })
  expect(await response.json()).toMatchObject({ name: 'u' })
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  await rm(folder, { recursive: true })
})
