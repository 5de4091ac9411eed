// A connection on which a test writes the bytes of its requests itself: what is malformed must arrive so.

import { connect, type Socket } from 'node:net'
import { inTime } from '../deadline.ts'

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number
  /** Names in lower case; values of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An open connection. */
export interface Connection {
  /** Writes text, each character a byte. */
  write(text: string): void
  /**
   * Reads one answer.
   *
   * @param method of the request that it answers: an answer to HEAD has no body
   */
  read(method?: string): Promise<RawAnswer>
  /** Whether nothing is left that was sent and not read. */
  isDrained(): boolean
  /** Waits for the server to end it. */
  ended(): Promise<void>
  /** Breaks the connection off. */
  destroy(): void
}

/** Opens a connection to a server on this machine. */
export async function openConnection(origin: string): Promise<Connection> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const bytes = new Bytes(socket)
  return {
    write: (text) => socket.write(text, 'latin1'),
    async read(method = 'GET') {
      const head = await bytes.until('\r\n\r\n')
      const [statusLine = '', ...lines] = head.split('\r\n')
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1])
      const headers: Record<string, string> = {}
      for (const line of lines) {
        const [name = '', value = ''] = line.split(/: ?(.*)/, 2)
        const key = name.toLowerCase()
        headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
      }
      const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
      return { status, headers, body: hasBody ? await readBody(bytes, headers) : '' }
    },
    isDrained: () => bytes.text === '',
    async ended() {
      await bytes.rest()
    },
    destroy: () => socket.destroy(),
  }
}

async function readBody(bytes: Bytes, headers: Readonly<Record<string, string>>): Promise<string> {
  if (headers['content-length'] !== undefined) return bytes.take(Number(headers['content-length']))
  if (headers['transfer-encoding'] !== 'chunked') return bytes.rest()
  let body = ''
  for (;;) {
    const size = Number.parseInt(await bytes.until('\r\n'), 16)
    body += await bytes.take(size)
    await bytes.until('\r\n')
    if (size === 0) return body
  }
}

/** What came in and was not read yet, each byte a character. */
class Bytes {
  text = ''
  #ended = false
  #arrived: () => void = () => undefined

  constructor(socket: Socket) {
    socket.setEncoding('latin1').on('data', (text) => {
      this.text += text
      this.#arrived()
    })
    const end = () => {
      this.#ended = true
      this.#arrived()
    }
    socket.on('close', end).on('error', end)
  }

  async until(mark: string): Promise<string> {
    await this.#wait(() => this.text.includes(mark))
    const found = this.text.slice(0, this.text.indexOf(mark))
    this.text = this.text.slice(found.length + mark.length)
    return found
  }

  async take(length: number): Promise<string> {
    await this.#wait(() => this.text.length >= length)
    const taken = this.text.slice(0, length)
    this.text = this.text.slice(length)
    return taken
  }

  async rest(): Promise<string> {
    await this.#wait(() => this.#ended)
    return this.take(this.text.length)
  }

  async #wait(until: () => boolean): Promise<void> {
    while (!until()) {
      if (this.#ended) throw new Error('The server closed the connection before its answer was complete')
      const arrived = new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
      const have = this.text === '' ? 'nothing' : `only ${this.text.length} bytes`
      await inTime(
        arrived,
        `On a connection there came ${have} of what the server was to send, or it was not ended,`,
        'Likely the server waits for a body that it should not read, or keeps a connection that it can no longer use.',
      )
    }
  }
}
