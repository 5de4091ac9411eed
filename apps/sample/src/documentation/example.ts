// One example of the documentation: what stands there, and what its reader has by the time they come to it.

/** What an example is run with. */
export type Runner = 'node' | 'vitest' | 'browser' | 'shell'

/** A block of a page or of a docstring. */
export interface Example {
  /** Where it stands. */
  readonly title: string
  readonly code: string
  /** What is run in its place, where a docstring says what its expressions give: the same, which looks whether they do. */
  readonly script?: string
  readonly runner: Runner
  /** What its reader has installed, and nothing else. */
  readonly packages: readonly string[]
  /** What its comments say that it prints, line by line. */
  readonly expected: readonly string[]
  /** What the page exported before, in its `sh` blocks. */
  readonly env: Readonly<Record<string, string>>
  /** What answers at the documented address, where that is not the sample: see `servers.ts`. */
  readonly server?: string | undefined
  /** What the page showed before: blocks with a path behind their language, such as `toml ~/.influxdbv2/configs`. */
  readonly files: Readonly<Record<string, string>>
}

/** The name of an example's file, without an extension. */
export function nameOf({ title }: Example): string {
  return title.replace(/\W+/g, '-')
}

/** The reader's own credentials, as the pages write them, and as the server at the documented address knows them. */
export const READER = { username: 'zoë', password: 'open sesame', token: 'my-token' }

/** Files that the pages speak of without showing them. */
export const READER_FILES = {
  'password.txt': `${READER.password}\n`,
  'token.txt': `${READER.token}\n`,
  'header.txt': `Token ${READER.token}\n`,
}

/** What a page for a browser has around an example, unless the documentation shows another `index.html`. */
export const READER_PAGE = `<form>
  <input name="username"><input name="password" type="password">
  <button>Sign in</button>
</form>`
