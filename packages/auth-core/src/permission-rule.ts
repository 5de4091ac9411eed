// What a permission may be, on both sides of the wire, so that none is for more than was meant.

/** All that a resource may name. */
const NAMES = /^(type|id|name|org(ID)?)$/

/**
 * Whether something is a permission. A member of its resource that is `undefined` or empty would not arrive, and one of another name is
 * passed over: they narrow nothing, and what is misspelt, or read from a variable that is not set, must not make it one for everything.
 */
export function isPermission(value: unknown): boolean {
  const { action, resource } = Object(value) as { readonly action?: unknown; readonly resource?: unknown }
  const named = Object(resource)
  return (
    (action === 'read' || action === 'write') &&
    Object.keys(value as object).length < 3 &&
    Object.hasOwn(named, 'type') &&
    Object.entries(named).every(([name, text]) => text && typeof text === 'string' && NAMES.test(name))
  )
}
