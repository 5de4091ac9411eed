import { fork } from 'node:child_process'
import http from 'node:http'
import { authFetch } from '@fluxauth/auth-node'
import { authHttp } from '@fluxauth/auth-node/http'
import { authInterceptor } from '@fluxauth/auth-node/undici'
import { Agent, request as undiciRequest } from 'undici'

const server = fork(new URL('client/server.js', import.meta.url), { execArgv: [] })
const port = await new Promise((r) => server.once('message', r))
const origin = `http://127.0.0.1:${port}`,
  url = `${origin}/api/v2/buckets`
const which = process.argv[2]
const headers = { accept: 'application/json', authorization: 'Token my-token' }
const options = { origin, credentials: 'my-token' }
const agent = new http.Agent({ keepAlive: true })
const { get } = authHttp({ ...options, agents: { http: agent } })
const read = (res) =>
  new Promise((r) => {
    res.on('end', r).resume()
  })
const disp = new Agent(),
  composed = new Agent().compose(authInterceptor(options))
const af = authFetch(options)
const fns = {
  bare: async () =>
    read(await new Promise((res, rej) => http.get(url, { agent, headers }, res).on('error', rej))),
  ours: async () => read(await get(url, { headers: { accept: 'application/json' } })),
  ubare: async () => {
    const r = await undiciRequest(url, { dispatcher: disp, headers })
    await r.body.text()
  },
  uours: async () => {
    const r = await undiciRequest(url, { dispatcher: composed, headers: { accept: 'application/json' } })
    await r.body.text()
  },
  fbare: async () => {
    const r = await fetch(url, { headers })
    await r.text()
  },
  fours: async () => {
    const r = await af(url, { headers: { accept: 'application/json' } })
    await r.text()
  },
}
const fn = fns[which]
let n = 0
const end = performance.now() + 4000
const s = performance.now()
await Promise.all(
  Array.from({ length: 16 }, async () => {
    while (performance.now() < end) {
      await fn()
      n++
    }
  }),
)
console.log(which, ((n * 1000) / (performance.now() - s)).toFixed(0))
server.disconnect()
