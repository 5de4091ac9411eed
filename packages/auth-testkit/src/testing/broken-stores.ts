// Stores with a fault each.

import {
  type Attempt,
  type AttemptLimiter,
  type AuthStore,
  createMemoryStore,
  type StoredSession,
  type StoredToken,
} from '@fluxauth/auth-core/server'
import { testStore } from '../index.ts'

testStore('that keeps what was typed', { attempts: false }, () => ({
  open: createMemoryStore,
  dump: () => '0b501e7e557ab1ed tried my-password-in-the-wrong-field with s3cret p:ä ß€ of the suite',
}))

testStore('that hangs', { attempts: false }, () => ({
  open() {
    const store = createMemoryStore()
    return { ...store, tokens: { ...store.tokens, find: () => new Promise<never>(() => undefined) } }
  },
}))

type Memory = ReturnType<typeof createMemoryStore>

/** A store in memory with other functions in the place of some of its own. */
const changed =
  (
    tokens: (own: Memory['tokens']) => Partial<AuthStore['tokens']>,
    sessions?: (own: Memory['sessions']) => Partial<AuthStore['sessions']>,
  ) =>
  (): AuthStore => {
    const store = createMemoryStore()
    return {
      tokens: { ...store.tokens, ...tokens(store.tokens) },
      sessions: { ...store.sessions, ...sessions?.(store.sessions) },
      close: () => store.close(),
    }
  }
const soon = () => new Promise((resolve) => setTimeout(resolve, 1))
const nothing = () => ({})

const mistakes: Readonly<Record<string, () => AuthStore>> = {
  'takes no notice of case': changed((own) => ({
    find: async (hash) =>
      (await own.list({ limit: 1e6 })).find((token) => token.hash.toLowerCase() === hash.toLowerCase()),
  })),
  'remembers what there was not': changed((own) => {
    const absent = new Set<string>()
    return {
      async find(hash) {
        const token = absent.has(hash) ? undefined : await own.find(hash)
        if (!token) absent.add(hash)
        return token
      },
    }
  }),
  'reads and writes back': changed((own) => ({
    async update(id, { status, description, updatedAt }) {
      const token = await own.get(id)
      await soon()
      if (!token || !(await own.delete(id))) return undefined
      const next = {
        ...token,
        status: status ?? token.status,
        description: description ?? token.description,
        updatedAt,
      }
      await own.create(next)
      return next
    },
  })),
  'puts what is undefined in the place of what was there': changed((own) => ({
    async update(id, change) {
      const token = await own.get(id)
      if (!token) return undefined
      await own.delete(id)
      const { status, description, updatedAt } = { ...token, ...change }
      const next = { ...token, status, description, updatedAt } as StoredToken
      await own.create(next)
      return next
    },
  })),
  'throws what its driver throws': changed((own) => ({
    async create(token) {
      if (await own.find(token.hash)) throw Object.assign(new Error('UNIQUE'), { code: 'ERR_STORE_EXISTS' })
      await own.create(token)
    },
  })),
  'looks before it deletes': changed(nothing, (own) => ({
    async delete(id) {
      const found = await own.find(id)
      await soon()
      await own.delete(id)
      return found !== undefined
    },
  })),
  'lets the oldest sessions go': changed(nothing, (own) => {
    const order: string[] = []
    return {
      async create(session) {
        await own.create(session)
        if (order.push(session.id) > 500) await own.delete(order.shift() ?? '')
      },
    }
  }),
  'lists what has ended and then deletes it': changed(nothing, (own) => ({
    async sweep(now) {
      const listed = await own.list('0b501e7e557ab1ed')
      await soon()
      let swept = 0
      for (const { id } of listed.filter(({ expiresAt }) => expiresAt <= now))
        if (await own.delete(id)) swept++
      return swept
    },
  })),
  'tells how many it has listed': changed(nothing, (own) => ({
    async deleteAll(userID, except) {
      const { length } = await own.list(userID)
      await soon()
      await own.deleteAll(userID, except)
      return length
    },
  })),
  'hands out what it has moved on, and keeps it': changed(nothing, (own) => {
    const moved = new Map<string, StoredSession>()
    const movedOr = (session: StoredSession) => moved.get(session.id) ?? session
    return {
      async find(id) {
        const session = await own.find(id)
        return session && movedOr(session)
      },
      list: async (userID) => (await own.list(userID)).map(movedOr),
      async renew(id, expiresAt) {
        await own.renew(id, expiresAt)
        const session = await own.find(id)
        if (session) moved.set(id, { ...session })
      },
    }
  }),
  'cuts off what is long': changed((own) => ({
    create: (token) => own.create({ ...token, description: token.description.slice(0, 255) }),
  })),
  'prints what it is asked': changed((own) => ({
    find(hash) {
      console.log('SELECT * FROM tokens WHERE hash =', hash)
      return own.find(hash)
    },
  })),
}
for (const [mistake, open] of Object.entries(mistakes)) {
  testStore(`that ${mistake}`, { attempts: false }, () => ({ open }))
}

testStore('that remembers what it has found', { shared: true, attempts: false }, () => {
  const { tokens, sessions, close } = createMemoryStore()
  return {
    open() {
      const found = new Map<string, Awaited<ReturnType<typeof sessions.find>>>()
      const find: typeof sessions.find = async (id) => {
        if (!found.get(id)) found.set(id, await sessions.find(id))
        return found.get(id)
      }
      return { tokens, sessions: { ...sessions, find }, close }
    },
  }
})

testStore('that is gone when all have closed it', { shared: true, attempts: false }, () => {
  let kept: Memory | undefined
  let opened = 0
  return {
    open() {
      kept ??= createMemoryStore()
      opened++
      const close = () => {
        if (--opened === 0) kept = undefined
      }
      return { ...kept, close }
    },
  }
})

testStore('that counts what was taken back', {}, ({ limits }) => ({
  open() {
    const counts = new Map<string | undefined, number>()
    const attempts: AttemptLimiter = {
      begin({ user }) {
        const count = (counts.get(user) ?? 0) + 1
        counts.set(user, count)
        return { wait: count > limits.user ? limits.seconds : 0, locks: count === limits.user + 1 }
      },
      succeed: ({ user }) => void counts.delete(user),
      cancel: () => undefined,
    }
    return { ...createMemoryStore(), attempts }
  },
}))

/** Limiters that count on names and addresses alone, with a mistake each. */
for (const mistake of [
  'forgets who has failed when somebody is right',
  'takes an attempt without a kind for another kind',
  'counts a name and an address as one',
  'counts by the properties of an object',
  'has waits of half a second',
]) {
  const is = (words: string) => mistake.includes(words)
  testStore(`that ${mistake}`, {}, ({ limits }) => ({
    open() {
      const counts: Record<string, number> = is('properties') ? {} : Object.create(null)
      const locked = new Set<string>()
      const countedOn = ({ user, address, kind }: Attempt): [key: string, limit: number][] => {
        const from = is('without a kind') ? kind : (kind ?? 'password')
        const keys: [string, number][] = []
        const bare = is('as one') || is('properties')
        if (user !== undefined) keys.push([bare ? user : `user ${user}`, limits.user])
        if (address !== undefined) keys.push([bare ? address : `${from} ${address}`, limits.address])
        return keys
      }
      const attempts: AttemptLimiter = {
        begin(attempt) {
          const keys = countedOn(attempt)
          const full = keys.filter(([key, limit]) => (counts[key] ?? 0) >= limit)
          for (const [key] of full.length > 0 ? [] : keys) counts[key] = (counts[key] ?? 0) + 1
          const locks = full.some(([key]) => !locked.has(key))
          for (const [key] of full) locked.add(key)
          const wait = is('half a second') ? limits.seconds - 0.5 : limits.seconds
          return { wait: full.length > 0 ? wait : 0, locks }
        },
        succeed(attempt) {
          for (const [key] of countedOn(attempt)) counts[key] = is('forgets') ? 0 : (counts[key] ?? 1) - 1
        },
      }
      return { ...createMemoryStore(), attempts }
    },
  }))
}
