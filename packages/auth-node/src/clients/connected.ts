// Where a dispatcher's connections lead: an Agent goes where each request says, a Client or Pool to one server whatever a request says.

import { TargetError } from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'

/** The one server of a dispatcher. */
export interface Connected {
  /** As it was when it was looked at first. */
  readonly origin: string
  /** Whether it is still that one: the URL that a Client or Pool was given can be changed by whoever holds it. */
  isSame(): boolean
}

/**
 * Finds the one server that a `Client` or `Pool` of undici goes to.
 *
 * @returns `undefined` for a dispatcher that goes where each request says, such as an `Agent`
 * @throws {TargetError} `ERR_TARGET_DISPATCHER` for one that goes to servers of its own, and does not say to which
 */
export function connectedTo(dispatcher: Dispatcher): Connected | undefined {
  const key = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === 'url')
  const url = key && (dispatcher as unknown as Record<symbol, unknown>)[key]
  if (url instanceof URL) {
    const { origin } = url
    return { origin, isSame: () => url.origin === origin }
  }
  if (isOf(dispatcher, /^RetryAgent$/)) {
    throw new TargetError(
      'ERR_TARGET_DISPATCHER',
      'A RetryAgent does not say what it sends with: put it around, new RetryAgent(authDispatcher(agent, options))',
    )
  }
  // Classes that heed no request's origin.
  if (isOf(dispatcher, /^(H2C)?Client$|Pool$/)) {
    throw new TargetError(
      'ERR_TARGET_DISPATCHER',
      'This dispatcher does not say where it is connected: use an Agent, which goes where each request says',
    )
  }
  return undefined
}

/**
 * Destroys a dispatcher as soon as it is connected to another server than it said, before anything is sent there.
 *
 * @param connected what {@link connectedTo} found
 */
export function holdTo({ origin }: Connected, dispatcher: Dispatcher): void {
  dispatcher.on('connect', ({ origin: actual }) => {
    if (actual === origin) return
    dispatcher.destroy(
      new TargetError(
        'ERR_TARGET_DISPATCHER',
        `The URL of the Client or Pool was changed after the credential was bound to ${origin}: nothing was sent`,
      ),
    )
  })
}

/** Whether it is of a class of undici with such a name, or of one made from it. */
function isOf(dispatcher: object, name: RegExp): boolean {
  for (let type = Object.getPrototypeOf(dispatcher); type; type = Object.getPrototypeOf(type)) {
    if (name.test(type.constructor?.name)) return true
  }
  return false
}
