// What a page asks the server for: it is asked when the page opens, after each change and where one is signed in again, and an answer that is
// late is dropped.

import { signInMessages } from '@fluxauth/auth-browser/element'
import type { AuthError } from '@fluxauth/auth-core'
import type { InfluxError } from '@fluxauth/auth-core/influxdb'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useAuthState } from './auth.ts'

export interface Asked<T> {
  readonly value: T | undefined
  readonly error: string | undefined
  /** Asks again. */
  again(): Promise<void>
  /** Does something, and asks again; what goes wrong is shown. */
  after(change: () => Promise<unknown>): Promise<boolean>
}

/**
 * What is asked for more than once: the last answer counts, whenever the others come.
 *
 * @returns begins to ask, about this; what it returns says whether it was the last to
 */
export function useLatest(): (about?: string) => () => boolean {
  const asked = useRef(new Map<string, object>())
  return useCallback((about = '') => {
    const mine = {}
    asked.current.set(about, mine)
    return () => asked.current.get(about) === mine
  }, [])
}

export function useAsked<T>(ask: () => Promise<T>): Asked<T> {
  const [value, setValue] = useState<T>()
  const [error, setError] = useState<string>()
  const begin = useLatest()
  const failed = useRef(0)
  const question = useRef(ask)
  question.current = ask
  const again = useCallback(async () => {
    const isLast = begin()
    const before = failed.current
    try {
      const answer = await question.current()
      if (!isLast()) return
      setValue(answer)
      // What went wrong since it was asked is not over with an answer that was on its way.
      if (before === failed.current) setError(undefined)
    } catch (reason) {
      if (isLast()) setError(messageOf(reason))
    }
  }, [begin])
  const after = useCallback(
    async (change: () => Promise<unknown>) => {
      try {
        await change()
      } catch (reason) {
        // What is shown may be there no more.
        if (isGone(reason)) await again()
        failed.current++
        setError(messageOf(reason))
        return false
      }
      await again()
      return true
    },
    [again],
  )
  useEffect(() => {
    void again()
    return () => {
      begin() // what is on its way is for nobody
    }
  }, [again, begin])
  const isIn = useAuthState().status === 'signed-in'
  const wasIn = useRef(isIn)
  useEffect(() => {
    if (isIn && !wasIn.current) void again()
    wasIn.current = isIn
  }, [again, isIn])
  return { value, error, again, after }
}

/** Whether it was not found, also as the reason why something else stopped. */
function isGone(error: unknown): boolean {
  const { reason, cause } = Object(error) as Partial<InfluxError>
  return reason === 'not-found' || (cause !== undefined && isGone(cause))
}

/** What a person can do with an error: whoever looks for more finds it in the Wire. */
export function messageOf(error: unknown): string {
  const { code, message } = Object(error) as Partial<AuthError>
  // Of a network that failed each browser says something else, and none what to do.
  const isNetwork =
    /^ERR_(INFLUX_)?UNREACHABLE$/.test(code ?? '') ||
    /^(Failed to fetch|NetworkError|Load failed)/.test(message ?? '')
  return (isNetwork && signInMessages.ERR_UNREACHABLE) || message || 'That did not work'
}
