import { fork } from 'node:child_process'
import { authInterceptor, authDispatcher } from '@fluxauth/auth-node/undici'
import { Agent, Dispatcher, request } from 'undici'
import { median } from './client/race.js'

const server = fork(new URL('client/server.js', import.meta.url), { execArgv: [] })
const port = await new Promise((r) => server.once('message', r))
const origin = `http://127.0.0.1:${port}`,
  url = `${origin}/api/v2/buckets`
const headers = { accept: 'application/json', authorization: 'Token my-token' }
class Pass {
  constructor(h) {
    this.h = h
  }
  onRequestStart(c, x) {
    this.h.onRequestStart?.(c, x)
  }
  onRequestUpgrade(c, s, h, k) {
    this.h.onRequestUpgrade?.(c, s, h, k)
  }
  onResponseStart(c, s, h, m) {
    this.h.onResponseStart?.(c, s, h, m)
  }
  onResponseData(c, d) {
    this.h.onResponseData?.(c, d)
  }
  onResponseEnd(c, t) {
    this.h.onResponseEnd?.(c, t)
  }
  onResponseError(c, e) {
    this.h.onResponseError?.(c, e)
  }
}
const mk = (dispatcher, headers) => async () => {
  const r = await request(url, { dispatcher, headers })
  await r.body.text()
}
const variants = {
  bare: mk(new Agent(), headers),
  ident: mk(
    new Agent().compose((d) => (o, h) => d(o, h)),
    headers,
  ),
  pass: mk(
    new Agent().compose((d) => (o, h) => d(o, new Pass(h))),
    headers,
  ),
  passopts: mk(
    new Agent().compose(
      (d) => (o, h) => d({ ...o, headers: { ...o.headers, authorization: 'Token my-token' } }, h),
    ),
    { accept: 'application/json' },
  ),
  prox: mk(
    (() => {
      const a = new Agent()
      const d = (o, h) => a.dispatch({ ...o, headers: { ...o.headers, authorization: 'Token my-token' } }, h)
      return new Proxy(a, { get: (t, k) => (k === 'dispatch' ? d : t[k]) })
    })(),
    { accept: 'application/json' },
  ),
  sub: mk(
    (() => {
      const a = new Agent()
      class S extends Dispatcher {
        dispatch(o, h) {
          return a.dispatch({ ...o, headers: { ...o.headers, authorization: 'Token my-token' } }, h)
        }
      }
      return new S()
    })(),
    { accept: 'application/json' },
  ),
  bare2: mk(new Agent(), headers),
  ours: mk(new Agent().compose(authInterceptor({ origin, credentials: 'my-token' })), {
    accept: 'application/json',
  }),
  disp: mk(authDispatcher(new Agent(),{origin,credentials:'my-token'}),{accept:'application/json'}),
 oursfn: mk(new Agent().compose(authInterceptor({ origin, credentials: () => 'my-token' })), {
    accept: 'application/json',
  }),
}
const names = Object.keys(variants)
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
for (const n of Object.keys(rates).sort())
  console.log(
    n.padEnd(10),
    median(rates[n].map((r, i) => r / rates.bare[i])).toFixed(3),
    `${(1000 / median(rates[n])).toFixed(2)}us`,
  )
server.disconnect()
