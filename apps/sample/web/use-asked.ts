// What a page asks the server for: it is asked when the page opens and after each change, and an answer that is late is dropped.

import { signInMessages } from '@fluxauth/auth-browser/element'
import type { AuthError } from '@fluxauth/auth-core'
import { useCallback, useEffect, useRef, useState } from 'react'

export interface Asked<T> {
  readonly value: T | undefined
  readonly error: string | undefined
  /** Asks again. */
  again(): Promise<void>
  /** Does something, and asks again; what goes wrong is shown. */
  after(change: () => Promise<unknown>): Promise<boolean>
}

export function useAsked<T>(ask: () => Promise<T>): Asked<T> {
  const [value, setValue] = useState<T>()
  const [error, setError] = useState<string>()
  const asked = useRef(0)
  const question = useRef(ask)
  question.current = ask
  const again = useCallback(async () => {
    const mine = ++asked.current
    try {
      const answer = await question.current()
      if (mine !== asked.current) return
      setValue(answer)
      setError(undefined)
    } catch (reason) {
      if (mine === asked.current) setError(messageOf(reason))
    }
  }, [])
  const after = useCallback(
    async (change: () => Promise<unknown>) => {
      try {
        await change()
      } catch (reason) {
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
      asked.current++
    }
  }, [again])
  return { value, error, again, after }
}

/** What a person can do with an error: whoever looks for more finds it in the Wire. */
export function messageOf(error: unknown): string {
  const { code, message } = Object(error) as Partial<AuthError>
  if (code === 'ERR_UNREACHABLE') return signInMessages[code] ?? code
  return message || 'That did not work'
}
