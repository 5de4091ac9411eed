// Words of commands that people copy.

/** A word as a shell reads it: in quotes where it needs them. */
export function quote(word: string): string {
  return /^[\w.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
