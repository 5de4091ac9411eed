// Keeps who an Express request is from, and lets handlers read it as `request.principal`.

import { IncomingMessage } from 'node:http'
import type { Principal } from '@fluxauth/auth-core/server'
import type { Request } from 'express'

// The same for every copy of this module in a process.
const PRINCIPAL = Symbol.for('@fluxauth/auth-node/principal')

/** A request's list of headers, which also carries the principal. */
type RawHeaders = string[] & { [PRINCIPAL]?: Principal | undefined }

const extended = new WeakSet<object>()

/**
 * Sets `request.principal`.
 *
 * Express gives each request another prototype, after which the engine makes a new hidden class for each request that gets a property: that
 * takes longer than everything else a guard does. So the principal is put on an object that the request has anyway, and `principal` is
 * defined once, for all of Express' requests, on their common prototype.
 *
 * @see Express, "Overriding the Express API"
 */
export function setPrincipal(request: Request, principal: Principal): void {
  const prototype = Object.getPrototypeOf(request)
  if (extended.has(prototype) || extend(prototype)) (request.rawHeaders as RawHeaders)[PRINCIPAL] = principal
  else request.principal = principal
}

/** Defines `principal` for an application's requests; `false` where they are not Express' own. */
function extend(prototype: object): boolean {
  const shared = sharedPrototype(prototype)
  if (!shared) return false
  Object.defineProperty(shared, 'principal', {
    configurable: true,
    enumerable: true,
    get(this: Request) {
      return (this.rawHeaders as RawHeaders | undefined)?.[PRINCIPAL]
    },
    set(this: Request, principal: Principal | undefined) {
      ;(this.rawHeaders as RawHeaders)[PRINCIPAL] = principal
    },
  })
  extended.add(prototype)
  return true
}

/** The prototype of an application's requests has that of all of Express' requests above it, and this Node's. */
function sharedPrototype(prototype: object): object | undefined {
  let one: object | null = prototype
  while (one && Object.getPrototypeOf(one) !== IncomingMessage.prototype) one = Object.getPrototypeOf(one)
  return one ?? undefined
}
