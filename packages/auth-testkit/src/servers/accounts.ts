// Who may call the server under test: users, API tokens and sessions with values that the suite knows.

import {
  type AttemptLimiter,
  type AuditEvent,
  createMemoryStore,
  createVerifier,
  type Permission,
  pbkdf2Passwords,
  sha256,
  type TokenStore,
  type User,
  type Verifier,
  type VerifierOptions,
} from '@fluxauth/auth-core/server'

/** The secrets of the suite's users: none of them may come back in an answer, an event or an error. */
export const secrets = {
  /** Alice's password. */
  password: 'p:ä ß€ s3cret',
  /** Alice's token: reads and writes all buckets. */
  alice: 'al1ce-t0ken_of-the-suite==',
  /** Bob's token: reads one bucket. */
  bob: 'b0b-t0ken_of-the-suite==',
  /** Alice's token that was deactivated. */
  off: '0ff-t0ken_of-the-suite==',
  /** The token of a user who was deactivated. */
  ines: '1nes-t0ken_of-the-suite==',
  /** Alice's session, started with her password. */
  session: 'al1ce-sess10n-of-the-suite',
  /** The session of the user who was deactivated. */
  inesSession: '1nes-sess10n-of-the-suite',
  /** A token that nobody has. */
  nobody: 'n0body-t0ken-of-the-suite==',
} as const

/** The bucket that Bob may read. */
export const BOBS_BUCKET = '00000000000000b0'

/** How many users there are beside the named ones: `user-0` and so on, each with a token `t0ken-of-user-0`. */
export const CROWD = 50

const passwords = pbkdf2Passwords({ iterations: 100 })
const BUCKETS: readonly Permission[] = (['read', 'write'] as const).map((action) => ({
  action,
  resource: { type: 'buckets' },
}))

/** The accounts, and a way to make verifiers that know them. */
export interface Accounts {
  /** Makes a verifier that knows these accounts. */
  verifier(options?: Partial<VerifierOptions>): Verifier
  /** What the verifiers told since the last look. */
  told(): { readonly events: AuditEvent[]; readonly errors: unknown[] }
  /** Stands before each look for a token: a promise makes it wait, an error fails it. */
  beforeFind: () => Promise<void> | void
}

/** Makes the accounts, in a store of their own. */
export async function createAccounts(): Promise<Accounts> {
  const store = createMemoryStore()
  const users = new Map<string, User>()
  const addUser = (user: User) => users.set(user.name, user)
  const password = await passwords.hash(secrets.password)
  addUser({ id: 'a1', name: 'alice', orgID: '01', password, permissions: 'all' })
  addUser({ id: 'b0', name: 'bob', orgID: '01' })
  addUser({ id: '1e', name: 'ines', status: 'inactive', password })
  for (let i = 0; i < CROWD; i++) addUser({ id: `c${i}`, name: `user-${i}` })

  let events: AuditEvent[] = []
  let errors: unknown[] = []
  const accounts: Accounts = {
    beforeFind: () => undefined,
    told() {
      const told = { events, errors }
      events = []
      errors = []
      return told
    },
    verifier: ({ store: stores, ...options } = {}) =>
      createVerifier({
        store: { ...store, tokens, ...stores },
        findUser: (name) => users.get(name),
        passwords,
        tarpit: false,
        onEvent: (event) => events.push(event),
        onError: (error) => errors.push(error),
        ...options,
      }),
  }
  const tokens: TokenStore = {
    ...store.tokens,
    find(hash) {
      const wait = accounts.beforeFind()
      return wait ? wait.then(() => store.tokens.find(hash)) : store.tokens.find(hash)
    },
  }

  const { tokens: made } = accounts.verifier()
  const addToken = (name: string, token: string, permissions = BUCKETS) =>
    made.create({ userID: users.get(name)?.id ?? '', user: name, orgID: '01', token, permissions })
  await addToken('alice', secrets.alice)
  await addToken('bob', secrets.bob, [{ action: 'read', resource: { type: 'buckets', id: BOBS_BUCKET } }])
  await addToken('ines', secrets.ines)
  const { stored } = await addToken('alice', secrets.off)
  await made.update(stored.id, { status: 'inactive' })
  for (let i = 0; i < CROWD; i++) await addToken(`user-${i}`, `t0ken-of-user-${i}`)
  for (const [key, user, userID] of [
    [secrets.session, 'alice', 'a1'],
    [secrets.inesSession, 'ines', '1e'],
  ] as const) {
    const createdAt = Date.now()
    const endsAt = createdAt + 3_600_000
    await store.sessions.create({ id: await sha256(key), userID, user, createdAt, expiresAt: endsAt, endsAt })
  }
  accounts.told()
  return accounts
}

/** A limiter that lets so many attempts pass, for each user name and address, and then says to wait for seven seconds. */
export function createLimiter(attempts: number): AttemptLimiter & { readonly addresses: Set<string> } {
  const counts = new Map<string, number>()
  const addresses = new Set<string>()
  return {
    addresses,
    begin({ user, address }) {
      if (address) addresses.add(address)
      const key = JSON.stringify([user, address])
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return { wait: count > attempts ? 7 : 0, locks: count === attempts + 1 }
    },
    succeed({ user, address }) {
      counts.delete(JSON.stringify([user, address]))
    },
  }
}
