// A connection to Redis, with a server in its place that says nothing.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createPostgresStore } from './postgres.ts'
import { createRedisStore } from './redis.ts'
import { connect } from './redis-connection.ts'

test('is given up in time where nothing is said at its start, and is not tried again', async () => {
  const connections: Socket[] = []
  const server = createServer((socket) => void connections.push(socket.on('error', () => undefined)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = server.address() as AddressInfo
    await expect(connect(`redis://127.0.0.1:${port}`, 50)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
    })
    for (const socket of connections) if (!socket.resume().destroyed) await once(socket, 'close')
    expect(connections).toHaveLength(1)
  } finally {
    for (const socket of connections) socket.destroy()
    server.close()
  }
})

test('is not tried with a URL that cannot be read, of which it is told that, nor without one', async () => {
  for (const url of [
    'localhost:6379',
    'http://localhost:6379',
    'redis://u:s3cret@127.0.0.1:99999',
    'redis://h/x',
  ]) {
    const error = await connect(url, 50).catch((error) => error)
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(error.message).toMatch(/: its URL cannot be read: /)
    expect(error.message).not.toContain('s3cret')
  }
  for (const url of [undefined, '']) {
    await expect(createRedisStore({ url } as { url: string })).rejects.toMatchObject({
      code: 'ERR_STORE_ABSENT',
      message: 'Give the store a url, or a client: is the variable set that you read it from?',
    })
    await expect(createPostgresStore({ connectionString: url } as never)).rejects.toMatchObject({
      code: 'ERR_STORE_ABSENT',
    })
  }
})
