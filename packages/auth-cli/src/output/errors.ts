// What ends a command: wrong usage or input, a missing credential; and the exit codes.

/** The exit codes, as the help lists them. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  network: 3,
  refused: 4,
  http: 5,
  noCredential: 6,
  interrupted: 130,
} as const

/** Wrong usage or input, with the way out. */
export class UsageError extends Error {
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, exitCode: number = EXIT.usage) {
    super(message)
    this.code = code
    this.exitCode = exitCode
  }
}

/** There is no credential for what was asked. */
export class NoCredentialError extends UsageError {
  constructor(message: string) {
    super('ERR_NO_CREDENTIAL', message, EXIT.noCredential)
  }
}

/** Arguments that say nothing that could be done. The message repeats none of them, since one may be a secret. */
export function usage(message: string): UsageError {
  return new UsageError('ERR_USAGE', message)
}
