// What went wrong, where it is seen: on a phone the button that was pressed may be far below.

import { useEffect, useRef } from 'react'

export function Problem({ text }: { readonly text: string | undefined }) {
  const place = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (text) place.current?.scrollIntoView({ block: 'nearest' })
  }, [text])
  return (
    <p role="alert" className="error" ref={place}>
      {text}
    </p>
  )
}
