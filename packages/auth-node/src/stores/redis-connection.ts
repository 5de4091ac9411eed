// One connection to Redis or Valkey that never keeps anybody waiting, and comes back by itself.

import { createDeadline } from './deadline.ts'
import { gone, missingPackage, unavailable } from './failures.ts'

/** What is used of a client of the package `redis`, as `createClient` makes it. */
export interface RedisClient {
  readonly isOpen: boolean
  readonly isReady: boolean
  connect(): Promise<unknown>
  destroy(): void
  sendCommand(args: readonly string[]): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
}

/** Sends a command, and gives its answer. */
export type SendCommand = (...args: readonly string[]) => Promise<unknown>

/** An open connection. */
export interface RedisConnection {
  readonly send: SendCommand
  close(): unknown
}

const LONGEST_PAUSE = 1000

/**
 * Uses a client that the application made, and closes.
 *
 * @param milliseconds to wait for an answer
 */
export async function useClient(client: RedisClient, milliseconds: number): Promise<RedisConnection> {
  let lost: unknown
  // Without a listener a lost connection would end the process.
  const listen = (error: unknown) => {
    lost = error
  }
  client.on('error', listen)
  const deadline = createDeadline('Redis', milliseconds)
  if (!client.isOpen) await deadline(() => client.connect())
  return {
    send(...args) {
      if (client.isReady) lost = undefined
      return deadline(() => sendTo(client, args, lost))
    },
    close: () => client.off('error', listen),
  }
}

/**
 * Connects by URL.
 *
 * @param url `redis://` or `rediss://`, with user name and password where needed
 * @param milliseconds to wait for a connection, and for each answer
 */
export async function connect(url: string, milliseconds: number): Promise<RedisConnection> {
  const { createClient } = await import('redis').catch(missingPackage('redis'))
  let started = false
  /** Why the connection was lost, or is not made again. */
  let lost: unknown
  const newClient = (): RedisClient => {
    const made = createClient({
      url,
      disableOfflineQueue: true,
      socket: {
        connectTimeout: milliseconds,
        // At the start a mistake in the URL is told; later Redis is waited for.
        reconnectStrategy: (retries) =>
          started && Math.min(2 ** retries * 25, LONGEST_PAUSE) * (0.75 + Math.random() / 2),
      },
    })
    // What it says first has no time limit of its own: without an answer it would never be ready, nor try again.
    let greeting: NodeJS.Timeout | undefined
    made.on('error', (error) => {
      lost = error
    })
    made.on('connect', () => {
      greeting = setTimeout(() => replace(made as unknown as RedisClient), milliseconds)
    })
    for (const event of ['ready', 'error', 'end'] as const) made.on(event, () => clearTimeout(greeting))
    return made as unknown as RedisClient
  }
  const deadline = createDeadline('Redis', milliseconds)
  let client: RedisClient
  let closed = false
  const destroy = (): void => {
    if (client.isOpen) client.destroy()
  }
  /** A connection that gives no answer may be dead without anybody having said so: it makes room for a new one. */
  const replace = (dead: RedisClient): void => {
    if (dead !== client || closed || !started) return
    destroy()
    client = newClient()
    client.connect().catch(() => undefined)
  }
  try {
    client = newClient()
  } catch {
    // What is wrong with a URL is told without the URL.
    throw unavailable('Redis', Object.assign(new Error(), { code: 'ERR_INVALID_URL' }))
  }
  try {
    await deadline(() => client.connect(), destroy)
  } catch (error) {
    throw unavailable('Redis', error)
  }
  started = true
  return {
    send: (...args) => {
      const used = client
      if (used.isReady) lost = undefined
      return deadline(
        () => sendTo(used, args, lost),
        () => replace(used),
      )
    },
    close() {
      closed = true
      destroy()
    },
  }
}

async function sendTo(client: RedisClient, args: readonly string[], lost: unknown): Promise<unknown> {
  // Not put in a queue, which would grow, and be done long after its sender was told that it was not.
  if (!client.isReady) throw gone('Redis', lost)
  return client.sendCommand(args)
}
