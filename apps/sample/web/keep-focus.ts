// Where what has the keyboard goes away, what it was in has it: else one would begin anew, at the top of the page.

/** Watches the page. What may have the keyboard then has `tabindex="-1"`. */
export function keepFocus(): void {
  /** What has the keyboard, or had it last, and what that is in. */
  let path: readonly HTMLElement[] = []
  document.addEventListener('focusin', (event) => {
    path = event.composedPath().filter((part) => part instanceof HTMLElement)
  })
  new MutationObserver(() => {
    if (path.length === 0 || isThere(path[0]) || isThere(document.activeElement)) return
    path
      .find((part) => part.tabIndex === -1 && part.hasAttribute('tabindex') && isThere(part))
      ?.focus({ preventScroll: true })
  }).observe(document.body, { subtree: true, childList: true, attributeFilter: ['hidden'] })
}

/** Whether it is in the page, and seen. The page as a whole has the keyboard where nothing has. */
function isThere(element: Element | null | undefined): boolean {
  return element instanceof HTMLElement && element !== document.body && element.checkVisibility()
}
