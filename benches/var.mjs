import { fork } from 'node:child_process'
import http from 'node:http'
import { inspect } from 'node:util'
import { createAuthorizer, RecordHeaders, startExchange } from '@fluxauth/auth-core/client'
import { authHttp } from '@fluxauth/auth-node/http'
import { median } from './client/race.js'

const server = fork(new URL('client/server.js', import.meta.url), { execArgv: [] })
const port = await new Promise((r) => server.once('message', r))
const origin = `http://127.0.0.1:${port}`,
  url = `${origin}/api/v2/buckets`
const headers = { accept: 'application/json', authorization: 'Token my-token' }
const agent = new http.Agent({ keepAlive: true })
const read = (res) =>
  new Promise((r) => {
    res.on('end', r).resume()
  })
const show = () => 'x'
const { get } = authHttp({ origin, credentials: 'my-token', agents: { http: agent } })
const authorizer = createAuthorizer({ origin, credentials: 'my-token' })
const lit = (u) => ({
  protocol: u.protocol,
  hostname: u.hostname,
  port: u.port,
  path: u.pathname + u.search,
  agent,
  method: 'GET',
  headers,
})
const hs = {}
for (const n of ['h0', 'h1', 'h2', 'h3']) {
  const m = await import(`./${n}.mjs`)
  const g = m.authHttp({ origin, credentials: 'my-token', agents: { http: agent } }).get
  hs[n] = async () => read(await g(url, { headers: { accept: 'application/json' } }))
}
const variants = {
  ...hs,
  bare: async () =>
    read(await new Promise((res, rej) => http.get(url, { agent, headers }, res).on('error', rej))),
  lit: async () =>
    read(
      await new Promise((res, rej) => {
        const r = http.request(lit(new URL(url)), res)
        r.on('error', rej)
        r.end()
      }),
    ),
  litfixed: async () =>
    read(
      await new Promise((res, rej) => {
        const r = http.request(
          {
            protocol: 'http:',
            hostname: '127.0.0.1',
            port,
            path: '/api/v2/buckets',
            agent,
            method: 'GET',
            headers,
          },
          res,
        )
        r.on('error', rej)
        r.end()
      }),
    ),
  props: async () =>
    read(
      await new Promise((res, rej) => {
        const r = http.request(lit(new URL(url)), res)
        r[inspect.custom] = show
        r.toJSON = show
        r.on('error', rej)
        r.end()
      }),
    ),
  sock: async () =>
    read(
      await new Promise((res, rej) => {
        const r = http.request(lit(new URL(url)), res)
        r[inspect.custom] = show
        r.toJSON = show
        r.on('error', rej)
        r.on('socket', show)
        r.end()
      }),
    ),
  exch: async () => {
    const u = authorizer.target.resolve(url)
    const h = new RecordHeaders({ accept: 'application/json' })
    const _e = await startExchange(authorizer, {
      url: u,
      method: 'GET',
      headers: h,
      replayable: true,
      redirect: 'follow',
      signal: undefined,
    })
    const l = lit(u)
    l.headers = h.record
    const res = await new Promise((res, rej) => {
      const r = http.request(l, res)
      r.on('error', rej)
      r.end()
    })
    return read(res)
  },

  exurl: async () => {
    const u = authorizer.target.resolve(url)
    const h = new RecordHeaders({ accept: 'application/json' })
    const _e = await startExchange(authorizer, {
      url: u,
      method: 'GET',
      headers: h,
      replayable: true,
      redirect: 'follow',
      signal: undefined,
    })
    const l = lit(u)
    l.headers = h.record
    const res = await new Promise((res, rej) => {
      const r = http.request(l, res)
      r.on('error', rej)
      r.end()
    })
    res.url = u.href
    return read(res)
  },
  exkeys: async () => {
    const u = authorizer.target.resolve(url)
    const h = new RecordHeaders({ accept: 'application/json' })
    const _e = await startExchange(authorizer, {
      url: u,
      method: 'GET',
      headers: h,
      replayable: true,
      redirect: 'follow',
      signal: undefined,
    })
    const l = { ...lit(u), signal: undefined, timeout: undefined }
    l.headers = h.record
    const res = await new Promise((res, rej) => {
      const r = http.request(l, res)
      r.on('error', rej)
      r.end()
    })
    return read(res)
  },
  exspread: async () => {
    const u = authorizer.target.resolve(url)
    const h = new RecordHeaders({ accept: 'application/json' })
    const _e = await startExchange(authorizer, {
      url: u,
      method: 'GET',
      headers: h,
      replayable: true,
      redirect: 'follow',
      signal: undefined,
    })
    const l = { ...lit(u), headers: h.record }
    const res = await new Promise((res, rej) => {
      const r = http.request(l, res)
      r.on('error', rej)
      r.end()
    })
    return read(res)
  },
  ours: async () => read(await get(url, { headers: { accept: 'application/json' } })),
}
const names = process.argv[2] ? process.argv[2].split(',') : Object.keys(variants)
const rates = Object.fromEntries(names.map((n) => [n, []]))
async function turn(fn) {
  let n = 0
  const s = performance.now(),
    end = s + 300
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (performance.now() < end) {
        await fn()
        n++
      }
    }),
  )
  return n / (performance.now() - s)
}
for (let i = 0; i < 25; i++) {
  for (const n of names) rates[n].push(await turn(variants[n]))
  names.push(names.shift())
}
const bare = rates.bare
for (const n of Object.keys(rates).sort())
  console.log(
    n.padEnd(10),
    median(rates[n].map((r, i) => r / bare[i])).toFixed(3),
    `${(1000 / median(rates[n])).toFixed(2)}us`,
  )
server.disconnect()
