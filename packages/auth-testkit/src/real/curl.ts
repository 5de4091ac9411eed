// The real curl, with its secrets on standard input instead of the command line.

import { execFile } from 'node:child_process'
import { requirePart } from './parts.ts'

/** What curl answered. */
export interface CurlResult {
  /** Its exit code. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs curl without the user's configuration.
 *
 * @param options long options without their dashes, for example `{ url, user: 'name:password' }`; curl reads them from standard input
 * @returns exit code and output
 * @see curl's manual, `--config`
 */
export function runCurl(options: Readonly<Record<string, string | true>>): Promise<CurlResult> {
  const config = Object.entries(options)
    .map(([name, value]) => (value === true ? name : `${name} = "${value.replace(/[\\"]/g, '\\$&')}"`))
    .join('\n')
  return new Promise((resolve) => {
    const child = execFile(requirePart('curl'), ['-q', '-sS', '--config', '-'], (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
    child.stdin?.end(`${config}\n`)
  })
}
