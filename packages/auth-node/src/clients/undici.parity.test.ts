// Each of undici's calls is the same over `authDispatcher` and `authInterceptor` as over a plain agent.

import { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  type ParityClient,
  type ParityDifference,
  type ParityRequest,
  testParity,
} from '@fluxauth/auth-testkit'
import { Agent, connect, type Dispatcher, FormData, pipeline, request, stream, upgrade } from 'undici'
import { authDispatcher, authInterceptor } from './undici.ts'

type Options = Partial<Dispatcher.RequestOptions>
type Body = NonNullable<Dispatcher.DispatchOptions['body']>
type Call = (dispatcher: Dispatcher, request: ParityRequest<Body, Options>) => Promise<unknown>

const calls: Readonly<Record<string, Call>> = {
  async request(dispatcher, { url, method, body, options }) {
    const init = {
      dispatcher,
      method: method as Dispatcher.HttpMethod,
      ...(body !== undefined && { body }),
      ...options,
    }
    const { statusCode, headers, trailers, body: received, statusText } = await request(url, init as never)
    const text = Buffer.from(await received.arrayBuffer()).toString('latin1')
    return { statusCode, statusText, headers, trailers, text }
  },
  async stream(dispatcher, { url, method, body, options }) {
    let started: unknown
    const chunks: Buffer[] = []
    const init = { dispatcher, method, ...(body !== undefined && { body }), ...options }
    const { trailers } = await stream(url, init as never, ({ statusCode, headers }) => {
      started = { statusCode, headers }
      return new Writable({
        write(chunk, _, done) {
          chunks.push(chunk)
          done()
        },
      })
    })
    return { started, trailers, text: Buffer.concat(chunks).toString('latin1') }
  },
  async pipeline(dispatcher, { url, method, body, options }) {
    let started: unknown
    const duplex = pipeline(
      url,
      { dispatcher, method, ...options } as never,
      ({ statusCode, headers, body }) => {
        started = { statusCode, headers }
        return body
      },
    )
    // Where the answer ends before the request it fails once more, when nobody waits for it.
    duplex.on('error', () => undefined)
    if (body instanceof Readable) body.pipe(duplex)
    else duplex.end(body)
    return { text: (await buffer(duplex)).toString('latin1'), started }
  },
  async dispatch(dispatcher, { url, method, body, options }) {
    const { origin, pathname, search } = new URL(url)
    const chunks: Buffer[] = []
    return new Promise((resolve, reject) => {
      let started: unknown
      const init = { origin, path: pathname + search, method, body, ...options }
      dispatcher.dispatch(init as Dispatcher.DispatchOptions, {
        onRequestStart: () => undefined,
        onResponseStart: (_, status, headers) => {
          started = { status, headers }
        },
        onResponseData: (_, chunk) => chunks.push(chunk),
        onResponseEnd: (_, trailers) =>
          resolve({ started, trailers, text: Buffer.concat(chunks).toString('latin1') }),
        onResponseError: (_, error) => reject(error),
        onRequestUpgrade: (_, status, headers, socket) => {
          socket.destroy()
          resolve({ upgraded: status, headers })
        },
      })
    })
  },
  async upgrade(dispatcher, { url, method, options }) {
    const { headers, socket } = await upgrade(url, {
      dispatcher,
      method,
      protocol: 'echo',
      ...options,
    } as never)
    const text = (await buffer(socket)).toString('latin1')
    return { headers, text }
  },
  async connect(dispatcher, { url, options }) {
    const { statusCode, headers, socket } = await connect(url, { dispatcher, ...options } as never)
    // The server keeps the tunnel open, whatever it has sent.
    socket.destroy()
    return { statusCode, headers }
  },
}

const headers = (headers: Options['headers']) => (): Options => ({ headers: headers ?? null })
const form = () => {
  const form = new FormData()
  form.set('name', 'zoë')
  return form
}
const PAIRS: ParityDifference = {
  requests: /^option (headers as pairs|pairs with)/,
  reason: 'undici takes an array of pairs for a flat list and stumbles over it; here it is read as pairs.',
}
const client: Omit<ParityClient<Body, Options>, 'create'> = {
  differences: [PAIRS],
  bodies: {
    text: () => 'text ß',
    'empty text': () => '',
    bytes: () => new TextEncoder().encode('bytes ß'),
    'a Buffer': () => Buffer.from('bytes ß'),
    'a stream': () => Readable.from([Buffer.from('one'), Buffer.from('two')]),
    'an empty stream': () => Readable.from([]),
    FormData: form,
    'an async iterable': () =>
      (async function* () {
        yield Buffer.from('one')
      })() as never,
    'a Blob': () => new Blob(['blob'], { type: 'text/x-blob' }) as never,
  },
  options: {
    'headers as an object': headers({ 'X-Mine': '1', 'user-agent': 'mine', Accept: 'text/csv' }),
    'headers with several values': headers({ 'x-mine': ['1', '2'], 'x-count': undefined }),
    'headers as a flat list': headers(['X-Mine', '1', 'x-mine', '2']),
    'headers as pairs': headers([
      ['X-Mine', '1'],
      ['x-mine', '2'],
    ] as never),
    'headers as a Map': headers(new Map([['X-Mine', '1']])),
    'headers as a Map of lists': headers(new Map([['X-Mine', ['1', '2']]])),
    'headers as Headers': headers(new Headers({ 'X-Mine': '1' }) as never),
    'headers as an odd list': headers(['X-Mine']),
    'headers as null': headers(null),
    'headers as text': headers('X-Mine: 1' as never),
    'headers with a value that is a number': headers({ 'x-mine': 1 } as never),
    'headers with a value that is null': headers({ 'x-mine': null } as never),
    'headers with a value that is an object': headers({ 'x-mine': {} } as never),
    'pairs with a value that is an object': headers([['x-mine', {}]] as never),
    'headers with a name that is none': headers({ 'a b': '1' }),
    'headers with a line end in a value': headers({ 'x-mine': 'a\r\nb: c' }),
    'headers with a value in Latin-1': headers({ 'x-mine': 'é' }),
    'headers with a value in Unicode': headers({ 'x-mine': '€' }),
    'a type of content': headers({ 'Content-Type': 'text/x-mine' }),
    'a Content-Length that is wrong': headers({ 'Content-Length': '3' }),
    'a Transfer-Encoding': headers({ 'Transfer-Encoding': 'chunked' }),
    'an Expect': headers({ Expect: '100-continue' }),
    'a Connection that closes': headers({ Connection: 'close' }),
    'a Host': headers({ Host: 'virtual.test' }),
    'an Authorization of the caller’s': headers({ Authorization: 'Basic eDp5' }),
    'a query': () => ({ query: { q: 'a b', list: ['1', '2'] } }),
    'reset, blocking, idempotent': () => ({ reset: true, blocking: true, idempotent: false }),
    'time limits': () => ({ headersTimeout: 1000, bodyTimeout: 1000 }),
    'a time limit that is none': () => ({ headersTimeout: 'soon' as never }),
    throwOnError: () => ({ throwOnError: true }) as never,
    'a signal': () => ({ signal: new AbortController().signal }),
    'a signal that has aborted': () => ({ signal: AbortSignal.abort() }),
    'a signal that has aborted for a reason': () => ({ signal: AbortSignal.abort(new RangeError('mine')) }),
    'a method that is none': () => ({ method: 'a b' as never }),
    'a method in small letters': () => ({ method: 'put' as never }),
    'a path that is none': () => ({ path: 'x' }),
    opaque: () => ({ opaque: { mine: true } as never }),
    responseHeaders: () => ({ responseHeaders: 'raw' }),
    onInfo: () => ({ onInfo: () => undefined }),
    'an upgrade': () => ({ upgrade: 'echo' }) as never,
  },
}

const pairOf = (
  call: Call,
  composed: boolean,
  wrap: (agent: Agent, given: { origin: string; credentials: string }) => Dispatcher,
) => {
  return (given: { origin: string; credentials: string }) => {
    const under = new Agent()
    // undici translates every answer for what is composed, which loses some of its options.
    const alone = composed ? new Agent().compose((dispatch) => dispatch) : new Agent()
    const wrapped = wrap(under, given)
    return {
      alone: (request: ParityRequest<Body, Options>) => call(alone, request),
      wrapped: (request: ParityRequest<Body, Options>) => call(wrapped, request),
      close: () => Promise.all([alone.destroy(), under.destroy()]),
    }
  }
}

/** What is different for some calls. */
const callClients: Readonly<Record<string, Partial<ParityClient<Body, Options>>>> = {
  dispatch: {
    differences: [
      PAIRS,
      {
        requests: /^option a signal that has aborted/,
        reason: '`dispatch` alone knows no signal, and sends what nobody wants any more.',
      },
    ],
  },
  upgrade: { bodies: {} },
  connect: { methods: ['CONNECT'], bodies: {} },
}

for (const [name, call] of Object.entries(calls)) {
  testParity<Body, Options>(`undici, ${name} over authDispatcher`, {
    ...client,
    ...callClients[name],
    create: pairOf(call, false, authDispatcher),
  })
  testParity<Body, Options>(`undici, ${name} over authInterceptor`, {
    ...client,
    ...callClients[name],
    create: pairOf(call, true, (agent, given) =>
      // An observer has every answer looked at.
      agent.compose(authInterceptor({ ...given, onEvent: () => undefined })),
    ),
  })
}
