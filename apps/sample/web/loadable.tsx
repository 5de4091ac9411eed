// What is loaded when it is looked at: a page, or its source. Where it does not come, the rest of the page stays.

import { Component, type ReactNode, Suspense } from 'react'

interface Props {
  readonly children: ReactNode
}

/** Shows what is in it once it is there; while it takes long that it does, and that it did not come or cannot be shown. */
export class Loadable extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return <Suspense fallback={<Loading />}>{this.props.children}</Suspense>
    // Asked for again, some browsers would give the answer that they have: none.
    return (
      <>
        <p role="alert" className="error">
          This did not load. Is the server up? It may have another version of the page by now.
        </p>
        <button type="button" onClick={() => location.reload()}>
          Load the page anew
        </button>
        <p className="hint">A session is there afterwards as well. A token has to be given again.</p>
      </>
    )
  }
}

/** What one sees where a page, its source or an answer takes long to come. */
export function Loading() {
  return <p className="hint late">One moment …</p>
}
