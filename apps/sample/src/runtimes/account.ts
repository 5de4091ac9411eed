/** Who may call the API of every runtime. */
export const ACCOUNT = {
  username: 'zoë',
  password: 'open sesame: a & b',
  /** Reads and writes. */
  token: 'my-token-that-writes',
  readToken: 'my-token-that-reads',
} as const
