// What one has to see now: it takes the keyboard, and comes into sight, since the button that led to it may be far below.

import type { ReactNode } from 'react'

export function Notice({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <section className="card notice" aria-label={label} role="status" tabIndex={-1} ref={focus}>
      {children}
    </section>
  )
}

/** Takes the keyboard as it appears. */
export function focus(element: HTMLElement | null): void {
  element?.focus()
}
