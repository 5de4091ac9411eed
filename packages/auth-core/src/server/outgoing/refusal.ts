// Answers that refuse, ready to be sent: status, headers and body as the product sends them.

/** Why a request is refused: for the log, never for the client. */
export type RefusalReason =
  /** No credential at all. */
  | 'missing'
  /** An `Authorization` value, or a list of them, that breaks the rules. */
  | 'malformed'
  /** Bytes outside ASCII in it. */
  | 'non-ascii'
  /** A scheme that is not taken here, or its word in another case. */
  | 'scheme'
  /** An empty user name where one is needed. */
  | 'username'
  /** No such token or session, a wrong password, or no such user: which of them is not told. */
  | 'wrong'
  /** An API token that is inactive. */
  | 'inactive'
  /** A user who is inactive, or a token whose user is inactive or gone. */
  | 'disabled'
  /** A session's cookie, or Basic as a browser keeps it, that came with another site's request. */
  | 'cross-site'
  /** The credential is right, but does not permit this. */
  | 'forbidden'
  /** Too many failed attempts. */
  | 'limited'
  /** So many passwords are being checked that there was no room for one more, or its client had gone. */
  | 'busy'
  /** A store did not answer: nobody is let in on a guess. */
  | 'unavailable'
  /** A function of the application's that the guard asks threw: what it would have said nobody knows. */
  | 'failed'

/** An answer, ready to be sent by any framework. */
export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty for none. */
  readonly body: string
}

/** An answer that refuses. */
export interface Refusal extends Reply {
  readonly reason: RefusalReason
}
