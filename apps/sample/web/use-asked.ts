// What a page asks the server for: it is asked when the page opens and after each change, and an answer that is late is dropped.

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

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'That did not work'
}
