// Options that may be given several times.

/** Adds a value to those before it: what commander makes of an option's text. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
