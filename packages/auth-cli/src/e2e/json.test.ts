// What `--json` prints is what the README says: the same members of the same things, whichever command tells of them.

import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

let person: Person
let server: Server
let url: string
const TOKEN = {
  id: '0000000000000001',
  status: 'active',
  description: 'a report',
  orgID: '0000000000000002',
  org: 'docs',
  userID: '0000000000000003',
  user: 'zoë',
  permissions: [{ action: 'read', resource: { type: 'buckets', orgID: '0000000000000002' } }],
}
beforeAll(async () => {
  person = await Person.arrive()
  server = createServer(({ method, url = '' }, response) => {
    response.setHeader('content-type', 'application/json')
    if (method === 'DELETE') return response.writeHead(204).end()
    if (url === '/api/v2/me') return response.end('{"id":"0000000000000003","name":"zoë"}')
    if (url.startsWith('/api/v2/orgs'))
      return response.end('{"orgs":[{"id":"0000000000000002","name":"docs"}]}')
    if (url.startsWith('/api/v2/authorizations/')) return response.end(JSON.stringify(TOKEN))
    if (method === 'POST')
      return response
        .writeHead(201)
        .end(JSON.stringify({ ...TOKEN, id: '0000000000000009', token: 's3cret-new' }))
    return response.end(JSON.stringify({ authorizations: [{ ...TOKEN, token: 's3cret' }], buckets: [] }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close().closeAllConnections()
  await person.leave()
})

/** The members that the README has in the row of a command, and which of them may be absent. */
async function documented(command: string): Promise<{ readonly all: string[]; readonly always: string[] }> {
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const row = (text.split('## For programs')[1] ?? '')
    .split('\n')
    .find((line) => line.startsWith('| ') && line.split('|')[1]?.includes(command))
  const names = (row?.split('|')[2] ?? '').replace(/\([^)]*\)/g, '').match(/`[^`]+`/g) ?? []
  const bare = names.map((name) => name.slice(1, -1))
  return {
    all: bare.map((name) => name.replace('?', '')),
    always: bare.filter((name) => !name.endsWith('?')),
  }
}

async function expectDocumented(command: string, shape: object): Promise<void> {
  const { all, always } = await documented(command)
  const members = Object.keys(shape).filter((name) => name !== 'version')
  expect([command, members.filter((name) => !all.includes(name))]).toEqual([command, []])
  expect([command, always.filter((name) => !members.includes(name))]).toEqual([command, []])
}

const store = ['--store', 'file', '--insecure-storage']
/** In this order: each takes what those before it left. */
const COMMANDS: readonly (readonly [command: string, args: readonly string[] | (() => readonly string[])])[] =
  [
    ['login', () => ['login', url, '--product', 'v2', '--scheme', 'token', ...store]],
    ['status', ['status', '--all']],
    ['use', ['use', 'default']],
    ['profiles add', ['profiles', 'add', 'other', '--url', 'http://localhost:1']],
    ['profiles edit', ['profiles', 'edit', 'other', '--org', 'docs']],
    ['profiles list', ['profiles', 'list']],
    ['profiles remove', ['profiles', 'remove', 'other', '--yes']],
    ['header', ['header']],
    ['token', ['token']],
    ['encode', ['encode', 'token']],
    ['decode', ['decode', 'Basic dTpw']],
    ['request', ['request', 'GET', '/api/v2/me']],
    ['check', ['check']],
    ['snippet', ['snippet', 'curl']],
    ['tokens list', ['tokens', 'list']],
    ['tokens show', ['tokens', 'show', TOKEN.id]],
    ['tokens deactivate', ['tokens', 'deactivate', TOKEN.id]],
    ['tokens create', ['tokens', 'create', '--permissions', 'read', '--into', 'made', ...store]],
    ['tokens rotate', ['tokens', 'rotate', TOKEN.id, '--yes']],
    ['tokens delete', ['tokens', 'delete', TOKEN.id, '--yes']],
    ['logout', ['logout']],
  ]

describe('the members of', () => {
  test.each(COMMANDS)('%s are those of the README', async (command, args) => {
    const { stdout, stderr } = await person.run([...(typeof args === 'function' ? args() : args), '--json'], {
      input: 's3cret',
    })
    expect(stdout, stderr).not.toBe('')
    const shape = JSON.parse(stdout)
    expect(shape.version).toBe(1)
    await expectDocumented(`\`${command}\``, shape)
    for (const each of [shape.used, ...(shape.others ?? [])]) if (each) await expectDocumented('`used`', each)
    for (const each of shape.profiles ?? []) await expectDocumented('`profiles`', each)
    const told = [
      ...(shape.tokens ?? []),
      ...(/^tokens (show|create|deactivate)/.test(command) ? [shape.token] : []),
    ]
    for (const each of told) await expectDocumented('each of `tokens`', each)
    // What one says of somebody or of a server, the others say in the same way.
    const user = shape.user ?? shape.used?.user ?? 'zoë'
    expect([user, shape.url ?? shape.used?.url ?? url]).toEqual(['zoë', expect.stringMatching(/^http:/)])
  })
})

test('standard error is JSON, line by line: warnings, errors, and what a connection that is closed comes to', async () => {
  const said = await Promise.all([
    person.run(['decode', 'Basic dTpw', '--json']),
    person.run(['decode', '--json'], { input: 'Authorization: Token x' }),
    person.run(['request', 'GET', 'http://127.0.0.1:1/', '--json']),
    person.run(['frobnicate', '--json']),
  ])
  const lines = said.flatMap(({ stderr }) => stderr.split('\n').filter(Boolean))
  const kinds = lines.map((line) => {
    const { version, ...rest } = JSON.parse(line)
    return [version, ...Object.keys(rest)]
  })
  expect(kinds).toEqual([
    [1, 'warning'],
    [1, 'error'],
    [1, 'error'],
  ])
})
