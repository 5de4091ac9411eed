// Keeps what goes in clear off a proxy that only the environment names: whoever runs that proxy would read the credential.

import { type Authorizer, TargetError } from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'

/**
 * The bound origins that are called without the proxy of the environment. Without TLS they are this machine, which no proxy stands
 * before; where plain http is allowed it may be seen on the way.
 */
export function originsInClear({ target }: Authorizer): readonly string[] {
  return target.allowsInsecure ? [] : target.origins.filter((origin) => origin.startsWith('http:'))
}

/** Which origins a dispatcher was looked at for last: most have one `fetch`. */
const done = new WeakMap<object, readonly string[]>()

/** For each proxy's agent the origins that it is left out for. */
const leftOut = new WeakMap<object, Set<string>>()

/**
 * Has an `EnvHttpProxyAgent` of undici, Node's own included, go straight to these origins, as if `NO_PROXY` named them. What was
 * composed with it stays.
 *
 * @param dispatcher any; others are left alone
 * @throws {TargetError} `ERR_TARGET_DISPATCHER` for an `EnvHttpProxyAgent` whose parts are not where they are in undici 7 and 8
 */
export function leaveOutProxy(dispatcher: object, origins: readonly string[]): void {
  if (done.get(dispatcher) === origins) return
  const straight = partOf(dispatcher, 'no proxy agent')
  const proxy = partOf(dispatcher, 'http proxy agent')
  if ((!straight || !proxy) && dispatcher.constructor.name === 'EnvHttpProxyAgent') {
    throw new TargetError(
      'ERR_TARGET_DISPATCHER',
      'This EnvHttpProxyAgent does not say how to go without its proxy, which would read the credential: use an Agent',
    )
  }
  done.set(dispatcher, origins)
  if (!straight || !proxy || straight === proxy) return
  let known = leftOut.get(proxy)
  if (!known) {
    const names = new Set<string>()
    known = names
    leftOut.set(proxy, names)
    const dispatch = proxy.dispatch.bind(proxy)
    proxy.dispatch = (options, handler) =>
      names.has(new URL(`${options.origin}`).origin)
        ? straight.dispatch(options, handler)
        : dispatch(options, handler)
  }
  for (const origin of origins) known.add(origin)
}

/** Where undici, and Node with it, keep the dispatcher of every `fetch` that names none. */
const GLOBAL = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')]

/** Does what {@link leaveOutProxy} does to the dispatcher that `fetch` uses at the moment. */
export function leaveOutGlobalProxy(origins: readonly string[]): void {
  for (const symbol of GLOBAL) {
    const dispatcher = (globalThis as Record<symbol, unknown>)[symbol]
    if (typeof dispatcher === 'object' && dispatcher) leaveOutProxy(dispatcher, origins)
  }
}

function partOf(dispatcher: object, name: string): Dispatcher | undefined {
  const key = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === name)
  return key && ((dispatcher as Record<symbol, unknown>)[key] as Dispatcher)
}
