// The built package, as Node loads it by name: ESM and CJS export what the sources export, and work alike.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import * as client from './client/index.ts'
import * as codecs from './index.ts'
import * as influxdb from './influxdb/index.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))

/** Runs a script in a Node of its own, which resolves the package's name through its `exports`. */
async function run(inputType: 'module' | 'commonjs', script: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`--input-type=${inputType}`, '--eval', script],
    { cwd },
  )
  return JSON.parse(stdout)
}

const report = `
const names = [codecs, client, influxdb].map((entry) => Object.keys(entry).filter((name) => name !== '__esModule').sort())
let error
try { codecs.decodeBasic('Basic !') } catch (thrown) { error = { name: thrown.name, code: thrown.code, ours: thrown instanceof codecs.AuthError } }
console.log(JSON.stringify({ names, encoded: codecs.encodeBasic('Aladdin', 'open sesame'), error }))`

test.each([
  [
    'ESM',
    'module' as const,
    "import * as codecs from '@fluxauth/auth-core'\nimport * as client from '@fluxauth/auth-core/client'\nimport * as influxdb from '@fluxauth/auth-core/influxdb'",
  ],
  [
    'CJS',
    'commonjs' as const,
    "const codecs = require('@fluxauth/auth-core'), client = require('@fluxauth/auth-core/client'), influxdb = require('@fluxauth/auth-core/influxdb')",
  ],
])('%s exports what the sources export', async (_, inputType, imports) => {
  expect(await run(inputType, `${imports}\n${report}`)).toEqual({
    names: [codecs, client, influxdb].map((entry) => Object.keys(entry).sort()),
    encoded: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    error: { name: 'AuthorizationSyntaxError', code: 'ERR_BASE64_ALPHABET', ours: true },
  })
})

test('both entries share one set of error classes, in either module system', async () => {
  const check = `console.log(JSON.stringify(Object.getPrototypeOf(client.TargetError) === codecs.AuthError))`
  expect(
    await run(
      'module',
      `import * as codecs from '@fluxauth/auth-core'\nimport * as client from '@fluxauth/auth-core/client'\n${check}`,
    ),
  ).toBe(true)
  expect(
    await run(
      'commonjs',
      `const codecs = require('@fluxauth/auth-core'), client = require('@fluxauth/auth-core/client')\n${check}`,
    ),
  ).toBe(true)
})

test('AuthError.is knows the errors of both copies, and no others, where instanceof knows its own alone', async () => {
  expect(
    await run(
      'module',
      `import { createRequire } from 'node:module'
import * as esm from '@fluxauth/auth-core'
import { TargetError } from '@fluxauth/auth-core/client'
const cjs = createRequire(import.meta.url)('@fluxauth/auth-core')
const caught = (run) => { try { run() } catch (error) { return error } }
const errors = [esm, cjs].map(({ decodeToken }) => caught(() => decodeToken('token x')))
const others = [new TypeError(), Object.assign(new Error(), { code: 'ERR_TOKEN_SYNTAX' }), {}, 'x', null, undefined]
console.log(JSON.stringify({
  copies: errors.map((error) => error instanceof esm.AuthError),
  known: [esm, cjs].map(({ AuthError }) => [...errors, new TargetError('ERR_TARGET_URL', '')].map((error) => AuthError.is(error))),
  others: others.filter((other) => esm.AuthError.is(other)).length,
  printed: Object.keys(errors[0]),
}))`,
    ),
  ).toEqual({
    copies: [true, false],
    known: [
      [true, true, true],
      [true, true, true],
    ],
    others: 0,
    printed: ['code', 'position'],
  })
})
