// What was made on the server and could not be handed over is deleted; where that does not work either, it is said what is left.

import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

const [ORG, ID] = ['0000000000000002', '0000000000000009']
const MADE = { id: ID, status: 'active', orgID: ORG, org: 'docs', userID: '0000000000000003', user: 'zoe' }

let person: Person
let server: Server
let url: string
/** What came of each deletion. */
let statusOfDeletion: number
let asked: string[]
let isV3: boolean
/** Whether the answer to what makes it is lost. */
let isLost: boolean
let onMade: () => void
let onOrganizations: (response: ServerResponse) => void
beforeEach(async () => {
  person = await Person.arrive()
  asked = []
  isV3 = false
  isLost = false
  onMade = () => undefined
  onOrganizations = () => undefined
  server = createServer(({ method, url = '' }, response) => {
    const send = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    response.setHeader('content-type', 'application/json')
    response.setHeader('x-influxdb-version', isV3 ? '3.8.0' : 'v2.8.0')
    if (url === '/ping') return send(200, isV3 ? { product_name: 'InfluxDB 3 Core', version: '3.8.0' } : {})
    if (url === '/api/v2/setup') return isV3 ? send(404, {}) : send(200, { allowed: false })
    if (url.endsWith('/signin'))
      return response.writeHead(204, { 'set-cookie': 'influxdb-oss-session=a' }).end()
    if (url.endsWith('/signout')) return response.writeHead(204).end()
    if (url.endsWith('/me')) return send(200, { id: MADE.userID, name: MADE.user })
    if (url.includes('/orgs')) {
      onOrganizations(response)
      return send(200, { orgs: [{ id: ORG, name: 'docs' }] })
    }
    if (url.endsWith('/password')) return send(500, { code: 'internal error', message: 'no room for it' })
    if (method === 'DELETE') {
      asked.push(url)
      return send(statusOfDeletion, { code: 'internal error', message: 'the disk is full' })
    }
    if (method !== 'POST') return send(200, { authorizations: [], buckets: [] })
    onMade()
    if (isLost) return response.destroy()
    if (url.includes('/v3/')) return send(201, { id: 1, name: 'report', token: 'apiv3_s3cret', hash: 'h' })
    return send(201, {
      ...MADE,
      token: 's3cret',
      permissions: [{ action: 'read', resource: { type: 'buckets' } }],
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.close().closeAllConnections()
  await person.leave()
})

const withToken = () => `INFLUX_HOST=${url} INFLUX_TOKEN=my-token`
const login = () => `login ${url} --user zoe --create-token --store file --insecure-storage`
/** What is done, the request that takes it back, and the command that is proposed where that fails. */
const CASES: readonly (readonly [what: string, line: () => string, deletion: string, command: string])[] = [
  [
    'a token',
    () => `${withToken()} fluxauth tokens create > /dev/full`,
    `/api/v2/authorizations/${ID}`,
    `fluxauth tokens delete ${ID}`,
  ],
  [
    'a token of InfluxDB 3',
    () => {
      isV3 = true
      return `${withToken()} fluxauth tokens create --name report > /dev/full`
    },
    '/api/v3/configure/token?token_name=report',
    'fluxauth tokens delete report',
  ],
  [
    'a user of /query and /write',
    () => `echo open sesame | ${withToken()} fluxauth tokens create --v1 --name app --permissions read`,
    `/private/legacy/authorizations/${ID}`,
    `fluxauth tokens delete ${ID} --v1`,
  ],
  [
    'a token instead of a password',
    () => {
      // As the token is made somebody takes the place of the file that it would be kept in.
      onMade = () => void mkdirSync(join(person.home, '.influxdbv2', 'configs'), { recursive: true })
      return `echo open sesame | fluxauth ${login()}`
    },
    `/api/v2/authorizations/${ID}`,
    `fluxauth tokens delete ${ID} --profile NAME`,
  ],
]

test('where nothing listens any more as it is to be made, nothing is said to be there', async () => {
  onOrganizations = (response) => {
    response.setHeader('connection', 'close')
    server.close()
  }
  const { stderr } = await person.inShell(`${withToken()} fluxauth tokens create; echo "code $?" >&2`)
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/^fluxauth: .* the port right\? \[ECONNREFUSED\] code 3 $/)
})

describe.each(CASES)('%s that cannot be handed over', (_, line, deletion, command) => {
  test.each([204, 404])('is deleted again, and no word is lost on it (%i)', async (status) => {
    statusOfDeletion = status
    const { stderr } = await person.inShell(`${line()}; echo "code $?" >&2`)
    expect(asked).toEqual([deletion])
    expect(stderr).toMatch(/fluxauth: .*\[ERR_\w+\]\ncode [1-9]\d*\n$/)
    expect(stderr).not.toContain('Warning')
  })

  test('is said that it may be there where the answer to its making is lost', async () => {
    isLost = true
    const { stderr } = await person.inShell(`${line()}; echo "code $?" >&2`)
    expect(asked).toEqual([])
    const list = command.replace(/delete \w+/, 'list')
    const text = stderr.replace(/\s+/g, ' ')
    expect(text).toContain(`made all the same, and nobody has it: ${list} shows whether it is there [`)
    expect(text).toMatch(/\w[.?] It may .* \[(UND_ERR_SOCKET|ERR_INFLUX_UNREACHABLE)\] code 3 $/)
  })

  test('is said to be there where it cannot be deleted either, beside why nobody has it', async () => {
    statusOfDeletion = 500
    const { stderr } = await person.inShell(`${line()}; echo "code $?" >&2`)
    expect(asked).toEqual([deletion])
    const text = stderr.replace(/\s+/g, ' ')
    expect(text).toContain(
      'was made, nobody has it, and it could not be deleted (The server cannot do it now (500: the disk is full)). ',
    )
    expect(text).toContain(`Delete it: ${command} fluxauth: `)
    expect(text).toMatch(/\[ERR_\w+\] code [1-9]\d* $/)
    expect(person.traces('s3cret')).toEqual({ files: [], seen: [] })
    await rm(join(person.home, '.influxdbv2'), { recursive: true, force: true })
  })
})
