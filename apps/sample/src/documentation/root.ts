// Where things are in this repository.

import { fileURLToPath } from 'node:url'

/** The path of a file, given from the repository's root. */
export function root(path = ''): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url))
}
