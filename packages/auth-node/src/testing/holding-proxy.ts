// A proxy on loopback that passes on what is asked, and holds answers back, swallows them, or hangs up instead of giving them.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A running proxy. */
export interface HoldingProxy {
  /** The server's URL, with the proxy's address in it. */
  readonly url: string
  /** From now on answers are held back. */
  hold(): void
  /** Passes on what was held back, and what comes, or swallows what was held back. */
  release(swallow?: boolean): void
  /**
   * From now on answers are lost, and so are all later ones of their connections: those stay open, or are closed.
   *
   * @returns settles with the first that was lost
   */
  lose(how: 'silent' | 'closed'): Promise<void>
  /** Passes on what comes, but on the connections of which something was lost. */
  pass(): void
  close(): void
}

/** Starts a proxy before a server of this machine. */
export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const url = new URL(target)
  const port = Number(url.port)
  let holding = false
  let held: (() => void)[] = []
  let losing: 'silent' | 'closed' | undefined
  let onLoss: () => void = () => undefined
  const deaf = new WeakSet<Socket>()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (data) => upstream.write(data))
    upstream.on('data', (data) => {
      if (losing) {
        deaf.add(client)
        if (losing === 'closed') client.destroy()
        onLoss()
      }
      if (deaf.has(client)) return
      if (holding) held.push(() => client.writable && client.write(data))
      else client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url.hostname = '127.0.0.1'
  url.port = `${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    hold() {
      holding = true
    },
    release(swallow = false) {
      holding = false
      if (!swallow) for (const pass of held) pass()
      held = []
    },
    lose(how) {
      losing = how
      return new Promise((resolve) => {
        onLoss = resolve
      })
    },
    pass() {
      losing = undefined
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
