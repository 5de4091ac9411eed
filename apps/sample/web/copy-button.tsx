// Copies a text, and says so.

import { useState } from 'react'

export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready')
  const copy = async (): Promise<void> => {
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    setState(done ? 'copied' : 'failed')
    setTimeout(() => setState('ready'), 2_000)
  }
  return (
    <button type="button" className="quiet" onClick={copy}>
      <span aria-live="polite">
        {{ ready: label, copied: 'Copied', failed: 'Select it and copy by hand' }[state]}
      </span>
    </button>
  )
}
