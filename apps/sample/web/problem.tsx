// What went wrong, where it is seen: on a phone the button that was pressed may be far below.

import { useEffect, useRef } from 'react'

export function Problem({
  text,
  again,
}: {
  readonly text: string | undefined
  /** Tries once more; where there is nothing else on the page by which that could be done. */
  readonly again?: (() => void) | false
}) {
  const place = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (text) place.current?.scrollIntoView({ block: 'nearest' })
  }, [text])
  return (
    <>
      <p role="alert" className="error" ref={place}>
        {text}
      </p>
      {text && again && (
        <button type="button" className="quiet" onClick={again}>
          Try again
        </button>
      )}
    </>
  )
}
