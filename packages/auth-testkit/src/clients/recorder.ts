// A server on a bare socket: it notes the bytes of each request, and answers with bytes that were laid down before.

import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A request as it came over the wire, each byte as a character. */
export interface RecordedRequest {
  /** The request line and the header section, without the empty line. */
  readonly head: string
  /** The body; of a chunked one its content, since where chunks are cut is a matter of time. */
  readonly body: string
  /** The trailer section of a chunked body. */
  readonly trailers: string
}

/** What a server sends for a request. */
export interface RawAnswer {
  /** Each character is a byte. */
  readonly bytes: string
  /** What becomes of the connection: it stays, ends, or breaks. Default `'stays'`. */
  readonly connection?: 'stays' | 'ends' | 'breaks'
}

/** A server that records. */
export interface Recorder {
  readonly origin: string
  /** Starts anew: the nth request gets the nth answer, and those behind the last one get the last. */
  play(answers: readonly RawAnswer[]): void
  /** What has come since, and all that is no request, such as a body that nobody announced. */
  recorded(): { requests: readonly RecordedRequest[]; rest: string }
  stop(): Promise<void>
}

/** Starts a recorder on a free port of this machine. */
export async function startRecorder(): Promise<Recorder> {
  const sockets = new Map<Socket, { buffer: string }>()
  let requests: RecordedRequest[] = []
  let rest = ''
  let answers: readonly RawAnswer[] = []

  const read = (socket: Socket, connection: { buffer: string }): void => {
    for (;;) {
      const request = readRequest(connection.buffer)
      if (request === 'more') {
        if (/\r\nexpect: *100-continue/i.test(connection.buffer))
          socket.write('HTTP/1.1 100 Continue\r\n\r\n')
        return
      }
      connection.buffer = connection.buffer.slice(request.length)
      requests.push(request.recorded)
      const answer = answers[Math.min(requests.length, answers.length) - 1]
      if (!answer) continue
      // The answer to a HEAD has no body.
      const end = request.recorded.head.startsWith('HEAD ') ? answer.bytes.indexOf('\r\n\r\n') + 4 : undefined
      socket.write(answer.bytes.slice(0, end), 'latin1')
      if (answer.connection === 'ends') socket.end()
      if (answer.connection === 'breaks') socket.destroySoon()
    }
  }
  const server = createServer((socket) => {
    const connection = { buffer: '' }
    sockets.set(socket, connection)
    socket.setNoDelay()
    socket.on('error', () => undefined)
    socket.on('close', () => {
      rest += connection.buffer
      sockets.delete(socket)
    })
    socket.on('data', (data) => {
      connection.buffer += data.toString('latin1')
      read(socket, connection)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play(next) {
      requests = []
      rest = ''
      for (const connection of sockets.values()) connection.buffer = ''
      answers = next
    },
    recorded: () => ({
      requests,
      rest: rest + [...sockets.values()].map(({ buffer }) => buffer).join(''),
    }),
    async stop() {
      for (const socket of sockets.keys()) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Reads the request that a buffer begins with, or `'more'` when it is not all there. */
function readRequest(buffer: string): { recorded: RecordedRequest; length: number } | 'more' {
  const end = buffer.indexOf('\r\n\r\n')
  if (end < 0) return 'more'
  const head = buffer.slice(0, end)
  const start = end + 4
  if (/\r\ntransfer-encoding:.*chunked/i.test(head)) {
    let body = ''
    for (let at = start; ; ) {
      const line = buffer.indexOf('\r\n', at)
      if (line < 0) return 'more'
      const size = Number.parseInt(buffer.slice(at, line), 16)
      if (size === 0) {
        const trailersEnd = buffer.startsWith('\r\n', line + 2) ? line + 2 : buffer.indexOf('\r\n\r\n', line)
        if (trailersEnd < 0) return 'more'
        const trailers = buffer.slice(line + 2, trailersEnd)
        const length = trailersEnd + (trailers ? 4 : 2)
        return { recorded: { head, body, trailers }, length }
      }
      if (buffer.length < line + 2 + size + 2) return 'more'
      body += buffer.slice(line + 2, line + 2 + size)
      at = line + 2 + size + 2
    }
  }
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  if (buffer.length < start + length) return 'more'
  return {
    recorded: { head, body: buffer.slice(start, start + length), trailers: '' },
    length: start + length,
  }
}
