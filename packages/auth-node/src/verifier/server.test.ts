// Node's verifier: scrypt with bounds, hashes that are made anew, limits by default, and equal time for whoever is not there.

import { readFile } from 'node:fs/promises'
import { encodeBasic } from '@fluxauth/auth-core'
import { expect, test } from 'vitest'
import {
  createGuard,
  createVerifier,
  type PasswordHasher,
  type ServerRequest,
  scryptPasswords,
  type User,
} from './index.ts'

const cheap = scryptPasswords({ cost: 1024, parallelization: 1 })

const request = (authorization: string, address = '192.0.2.1'): ServerRequest => ({
  method: 'POST',
  url: '/api/v2/signin',
  authorization,
  address,
  secure: true,
  header: () => undefined,
})

const joeWith = async (passwords: PasswordHasher): Promise<User> => ({
  id: '0b501e7e557ab1ed',
  name: 'joe',
  password: await passwords.hash('open sesame'),
})

test('scrypt writes its parameters beside the hash, with a salt for each', async () => {
  const [one, two] = [await cheap.hash('zoë'), await cheap.hash('zoë')]
  expect(one).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(two)
  expect(await cheap.verify('zoë', one)).toBe(true)
  expect(await cheap.verify('zoe', one)).toBe(false)
  expect(await cheap.verify('', one)).toBe(false)
})

test('by default scrypt costs what OWASP recommends', async () => {
  const passwords = scryptPasswords()
  const stored = await passwords.hash('open sesame')
  expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/)
  expect(await passwords.verify('open sesame', stored)).toBe(true)
})

test('scrypt agrees with RFC 7914, section 12', async () => {
  // "pleaseletmein", "SodiumChloride", N=16384, r=8, p=1: the first 32 of 64 bytes.
  const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex')
  const [salt, key] = [Buffer.from('SodiumChloride'), hash].map((bytes) =>
    bytes.toString('base64').replace(/=+$/, ''),
  )
  expect(await cheap.verify('pleaseletmein', `$scrypt$ln=14,r=8,p=1$${salt}$${key}`)).toBe(true)
})

test.each([
  'ln=30,r=8,p=1', // 1 TiB
  'ln=15,r=99,p=1',
  'ln=1,r=1048577,p=1',
  'ln=1,r=99999999,p=1',
  'ln=10,r=8,p=99',
  'ln=18,r=8,p=5',
  'ln=0,r=8,p=1',
  'ln=10,r=0,p=1',
  'ln=10,r=8,p=0',
  'ln=99,r=1,p=1',
])('a stored hash that asks for %s is refused unread', async (parameters) => {
  const stored = (await cheap.hash('zoë')).replace('ln=10,r=8,p=1', parameters)
  await expect(cheap.verify('zoë', stored)).rejects.toMatchObject({ code: 'ERR_PASSWORD_HASH' })
  expect(cheap.isOutdated(stored)).toBe(true)
})

test.each([
  '',
  'open sesame',
  '$scrypt$',
  '$pbkdf2-sha256$i=1$aaaaaaaaaaaaaaaa$x',
  '$scrypt$ln=10,r=8,p=1$aa$bb',
])('what is no hash of scrypt is refused: %j', async (stored) => {
  await expect(cheap.verify('open sesame', stored)).rejects.toMatchObject({ code: 'ERR_PASSWORD_HASH' })
  expect(cheap.isOutdated(stored)).toBe(true)
})

test.each([
  { cost: 1000 },
  { cost: 1 },
  { cost: 2 ** 21 },
  { blockSize: 0 },
  { parallelization: 17 },
  { cost: 2 ** 18, parallelization: 5 },
  { cost: 2 ** 18, blockSize: 9, parallelization: 1 },
  { cost: 2 ** 17, parallelization: 9 },
  { cost: 2 ** 40, blockSize: 1, parallelization: 1 },
  { blockSize: 1.5 },
  { parallelization: 0 },
  { cost: Number.NaN },
])('scrypt takes no parameters that it could not read again: %j', (options) => {
  expect(() => scryptPasswords(options)).toThrow(expect.objectContaining({ code: 'ERR_PASSWORD_PARAMETERS' }))
})

test('scrypt takes no name that it does not know, such as those that node:crypto takes besides', () => {
  for (const options of [{ N: 2 ** 17 }, { cots: 2 ** 17 }, { iterations: 1 }])
    expect(() => scryptPasswords(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_NAME',
        message: expect.stringContaining('there are cost,'),
      }),
    )
  expect(scryptPasswords(null as never).isOutdated('')).toBe(true)
})

test.each([
  { cost: 2 },
  { cost: 2 ** 18, parallelization: 4 },
  { cost: 2 ** 10, parallelization: 16 },
  { cost: 2 ** 10, blockSize: 1, parallelization: 1 },
])('scrypt takes parameters up to its bounds: %j', (options) => {
  expect(() => scryptPasswords(options)).not.toThrow()
})

test('a salt has 8 bytes at least and 64 at most, and a hash 32', async () => {
  const hash = (await cheap.hash('zoë')).split('$')[4] ?? ''
  const readable = async (salt: number, more = '') => {
    const stored = `$scrypt$ln=1,r=8,p=1$${'a'.repeat(salt)}$${hash}${more}`
    return cheap.verify('zoë', stored).catch(({ code }) => code)
  }
  for (const salt of [11, 86]) expect(await readable(salt)).toBe(false)
  for (const salt of [10, 87]) expect(await readable(salt)).toBe('ERR_PASSWORD_HASH')
  for (const more of ['a', '$', '\n']) expect(await readable(22, more)).toBe('ERR_PASSWORD_HASH')
  await expect(cheap.verify('zoë', `x${await cheap.hash('zoë')}`)).rejects.toMatchObject({
    code: 'ERR_PASSWORD_HASH',
  })
})

test.each([
  { cost: 2, blockSize: 1, parallelization: 1 },
  { cost: 2 ** 10, blockSize: 10, parallelization: 16 },
  { cost: 2, blockSize: 12_345, parallelization: 1 },
])('a hash made with %j is read again', async (options) => {
  const passwords = scryptPasswords(options)
  const stored = await passwords.hash('zoë')
  expect(await passwords.verify('zoë', stored)).toBe(true)
  expect(passwords.isOutdated(stored)).toBe(false)
  expect(cheap.isOutdated(stored)).toBe(true)
})

test('a hash with old parameters is made anew when its user signs in', async () => {
  const stronger = scryptPasswords({ cost: 2048, parallelization: 2 })
  let joe = await joeWith(cheap)
  const verifier = createVerifier({
    product: 'v2',
    store: { sessions: noSessions },
    findUser: (name) => (name === 'joe' ? joe : undefined),
    passwords: stronger,
    onPasswordUpgrade: (user, password) => {
      joe = { ...user, password }
    },
  })
  const before = joe.password
  expect((await verifier.signIn(request(encodeBasic('joe', 'wrong')))).status).toBe(401)
  expect(joe.password).toBe(before)
  expect((await verifier.signIn(request(encodeBasic('joe', 'open sesame')))).status).toBe(204)
  expect(joe.password).toMatch(/^\$scrypt\$ln=11,r=8,p=2\$/)
  const after = joe.password
  expect((await verifier.signIn(request(encodeBasic('joe', 'open sesame')))).status).toBe(204)
  expect(joe.password).toBe(after)
})

test('attempts are limited even where the store does not count them, unless that is turned off', async () => {
  const joe = await joeWith(cheap)
  const options = { product: 'v2', findUser: () => joe, passwords: cheap, tarpit: false } as const
  const statuses = async (verifier: ReturnType<typeof createVerifier>) => {
    const all: number[] = []
    for (let i = 0; i < 12; i++)
      all.push((await verifier.signIn(request(encodeBasic('joe', 'wrong')))).status)
    return all
  }
  expect(await statuses(createVerifier(options))).toEqual([...Array(10).fill(401), 429, 429])
  expect(await statuses(createVerifier({ ...options, limits: { user: 1 } }))).toEqual([
    401,
    ...Array(11).fill(429),
  ])
  expect(await statuses(createVerifier({ ...options, limits: false }))).toEqual(Array(12).fill(401))
})

test('a user who is not there takes as long as a wrong password', async () => {
  const passwords = scryptPasswords({ cost: 4096, parallelization: 1 })
  const joe = await joeWith(passwords)
  const verifier = createVerifier({
    product: 'v2',
    findUser: (name) => (name === 'joe' ? joe : undefined),
    passwords,
    limits: false,
  })
  const time = async (user: string) => {
    const start = performance.now()
    expect((await verifier.signIn(request(encodeBasic(user, 'wrong')))).status).toBe(401)
    return performance.now() - start
  }
  const median = (times: number[]) => times.sort((x, y) => x - y)[times.length >> 1] ?? Number.NaN
  const ratio = async () => {
    const [there, absent]: [number[], number[]] = [[], []]
    for (let i = 0; i < 30; i++) {
      // By turns, so that what else the machine does meets both alike.
      const [first, second] = i % 2 ? (['joe', 'nobody'] as const) : (['nobody', 'joe'] as const)
      for (const user of [first, second]) (user === 'joe' ? there : absent).push(await time(user))
    }
    return median(absent) / median(there)
  }
  await ratio()
  let last = 0
  for (let attempt = 0; attempt < 3; attempt++) {
    last = await ratio()
    if (last > 0.5 && last < 2) return
  }
  expect.fail(`a user who is not there takes ${last} times as long`)
})

test.each([
  ['fewer rounds', { cost: 1024, parallelization: 1 }],
  ['fewer repetitions', { cost: 8192, parallelization: 1 }],
])('a hash that was made with %s takes as long to check as one that is made now', async (_, older) => {
  const passwords = scryptPasswords({ cost: 8192 })
  const old = await scryptPasswords(older).hash('open sesame')
  const now = await passwords.hash('open sesame')
  const time = async (stored: string) => {
    const start = performance.now()
    await passwords.verify('wrong', stored)
    return performance.now() - start
  }
  const median = (times: number[]) => times.sort((x, y) => x - y)[times.length >> 1] ?? Number.NaN
  let last = 0
  for (let attempt = 0; attempt < 3; attempt++) {
    const [olds, nows]: [number[], number[]] = [[], []]
    for (let i = 0; i < 15; i++) {
      olds.push(await time(old))
      nows.push(await time(now))
    }
    last = median(olds) / median(nows)
    if (last > 0.75 && last < 1.35) return
  }
  expect.fail(`it takes ${last} times as long`)
})

test('a password is the same composed and decomposed', async () => {
  const [composed, decomposed] = ['zo\u00eb', 'zoe\u0308']
  expect(await cheap.verify(decomposed, await cheap.hash(composed))).toBe(true)
  expect(await cheap.verify(composed, await cheap.hash(decomposed))).toBe(true)
  expect(await cheap.verify('zoe', await cheap.hash(composed))).toBe(false)
})

test('where no address is told, 300 names are limited all the same', async () => {
  const verifier = createVerifier({
    product: 'v1',
    findUser: () => undefined,
    passwords: scryptPasswords({ cost: 2, parallelization: 1 }),
    tarpit: false,
  })
  const guard = createGuard(verifier)
  const statuses: number[] = []
  for (let i = 0; i < 300; i++) {
    const headers = { authorization: encodeBasic(`name${i}`, 'x') }
    const answer = await guard(new Request('https://api.test/', { headers }))
    if (answer instanceof Response) statuses.push(answer.status)
  }
  expect(statuses).toEqual([...Array(100).fill(401), ...Array(200).fill(429)])
})

test('while slow hashes are asked for by the hundred, files are read', async () => {
  const passwords = scryptPasswords()
  const verifier = createVerifier({ product: 'v1', findUser: () => undefined, passwords, limits: false })
  const answers = Array.from({ length: 200 }, (_, i) =>
    verifier.verify({ ...request(encodeBasic(`name${i}`, 'x')), address: `192.0.2.${i}` }),
  )
  const start = performance.now()
  let read = 0
  const reading = (async () => {
    for (; read < 20; read++) await readFile(new URL(import.meta.url))
  })()
  const first = await Promise.race([reading.then(() => 'files'), Promise.all(answers).then(() => 'hashes')])
  expect(first).toBe('files')
  expect(performance.now() - start).toBeLessThan(2000)
  const statuses = (await Promise.all(answers)).map((answer) =>
    'refusal' in answer ? answer.refusal.status : 200,
  )
  expect(statuses.filter((status) => status === 503)).toHaveLength(200 - 34)
})

/** Keeps no session, but lets them be started. */
const noSessions = {
  create: () => undefined,
  find: () => undefined,
  renew: () => undefined,
  delete: () => false,
  list: () => [],
  deleteAll: () => 0,
  sweep: () => 0,
}
