// A connection to Redis, with a server in its place that says nothing.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
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
