// What a worker may call with its token: a list that is frozen as the worker starts, compared with the path that a server would see.

/** What may give whoever calls it a credential of their own, or all data at once: a wildcard does not reach it. */
const SENSITIVE = [
  '/api/v2/authorizations',
  '/api/v2/legacy',
  '/private/legacy',
  '/api/v2/users',
  '/api/v2/me/password',
  '/api/v2/setup',
  '/api/v2/signin',
  '/api/v2/config',
  '/api/v2/backup',
  '/api/v2/restore',
  '/api/v2/remotes',
  '/configure/token', // below /api/v3 and /api/v3/enterprise
  '/configure/admin_token',
  '/debug',
]

/** Ways to spell a path that a proxy or server on the way may read as another: encoded letters, dots and slashes, doubled slashes, parameters. */
const AMBIGUOUS = /\/\/|;|\\|%(?:2[1-9a-f]|3[0-9a-f]|[4-7][0-9a-f]|[01][0-9a-f]|(?![0-9a-f]{2}))/i

/** An entry: a method and a path, which may end in `/*` for all that is below it. */
const ENTRY = /^[A-Z]+ (?=\/)[!-)+-~]*(?:\/\*)?$/

/** Whether these are entries of a list, and there are any. The page says so at once; its worker reads them. */
export function isAllowList(entries: readonly unknown[]): entries is readonly string[] {
  return entries.length > 0 && entries.every((entry) => typeof entry === 'string' && ENTRY.test(entry))
}

/**
 * Reads a list, once.
 *
 * @param entries such as `GET /api/v2/buckets` or `GET /api/v2/buckets/*`
 * @returns whether a method and a URL are on it; `undefined` for what is no such list
 */
export function readAllowed(
  entries: readonly string[],
): ((method: string, pathname: string) => boolean) | undefined {
  if (!isAllowList(entries)) return undefined
  const rules = entries.map((entry) => {
    const space = entry.indexOf(' ')
    const below = entry.endsWith('/*')
    const path = entry.slice(space + 1, below ? -2 : undefined)
    return { method: entry.slice(0, space), path, below }
  })
  return (method, pathname) => {
    if (AMBIGUOUS.test(pathname)) return false
    const lower = pathname.toLowerCase()
    const sensitive = SENSITIVE.filter((part) => isWithin(lower, part))
    return rules.some(
      (rule) =>
        rule.method === method &&
        (rule.below ? pathname.startsWith(`${rule.path}/`) : pathname === rule.path) &&
        sensitive.every((part) => isWithin(rule.path.toLowerCase(), part)),
    )
  }
}

/** Also where the server lies below a path of its own. */
function isWithin(path: string, part: string): boolean {
  return `${path}/`.includes(`${part}/`)
}
