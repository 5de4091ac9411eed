// What an example says that it prints: in comments behind a line that prints, or below it.

/**
 * Reads the comments of a TypeScript example: behind `console.log(…)`, also where it ends on a later line, and below a line of code. A
 * comment that says what comes next has a blank line before it, or opens a block.
 */
export function expectedOf(code: string): string[] {
  let below = false
  return code.split('\n').flatMap((line) => {
    const own = /^\s*\/\/ (.+)$/.exec(line)?.[1]
    if (own !== undefined) return below ? own : []
    below = /[^\s{([,]$/.test(line)
    return PRINTS.exec(line)?.slice(1).find(Boolean) ?? []
  })
}

const PRINTS = /(?:^|[\s(])console\.log\(.*\) \/\/ (.+)$|^\s*\) \/\/ (.+)$/

/** Reads the comments of a shell example: behind a command, or below it. */
export function expectedOfShell(code: string): string[] {
  return code.split('\n').flatMap((line) => /(?:^| )# (.+)$/.exec(line)?.[1] ?? [])
}

/** What is missing in an output, in the order in which it is expected; `undefined` where nothing is. */
export function missingIn(output: string, expected: readonly string[]): string | undefined {
  const text = compact(output)
  let from = 0
  return expected.find((line) => {
    const at = text.indexOf(compact(line), from)
    from = at + compact(line).length
    return at === -1
  })
}

/** Text without what differs between ways to print it. */
function compact(text: string): string {
  return text.replace(/\[Object: null prototype\]/g, '').replace(/\s+/g, '')
}
