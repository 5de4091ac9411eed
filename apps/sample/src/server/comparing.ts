// Answers of two servers side by side, for tests: what each makes up for itself is replaced by what it is.

/** What a server calls the things that both have. */
export type Named = Readonly<Record<string, string>>

/**
 * An answer without what differs from server to server by nature: identifiers, times, tokens.
 *
 * @param named identifiers that stand for the same thing on both servers, by what to call them
 */
export function comparable(answer: unknown, named: Named): unknown {
  if (typeof answer === 'string') return comparableText(answer, named)
  if (Array.isArray(answer)) return answer.map((item) => comparable(item, named))
  if (typeof answer !== 'object' || answer === null) return answer
  const members = Object.entries(answer).map(([name, value]) => [name, comparable(value, named)] as const)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function comparableText(text: string, named: Named): string {
  const known = Object.entries(named).reduce((shown, [name, id]) => shown.replaceAll(id, `<${name}>`), text)
  return known
    .replace(/(?<![\w-])[\w-]{86}==/g, '<token>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>')
    .replace(/\b[\da-f]{16}\b/g, '<id>')
    .replace(/^(\d+h)?(\d+m)?\d+(\.\d+)?(ms|µs|s)$/, '<duration>')
}
