// What the functions of this entry are given and give: a server with a credential for it, requests and answers, sessions and users.

import type { FetchFunction } from '../client/fetch.ts'
import type { CredentialSource } from '../client/provider.ts'

/** A user, as InfluxDB tells who one is. */
export interface User {
  readonly id: string
  readonly name: string
  readonly status: 'active' | 'inactive'
}

/** A session, to be used as `credentials`. Nothing that prints it shows the cookie. */
export interface Session {
  /** Who signed in. */
  readonly user: User
  /** The server that it is for. */
  readonly origin: string
  /** Who has the cookie: this program, or a browser that shows it to no script and adds it by itself. */
  readonly keptBy: 'program' | 'browser'
  /** The `Cookie` value, as the server gave it, for another client of this program; `undefined` where a browser has it. */
  cookie(): string | undefined
}

/** Options of {@link influxApi}. */
export interface InfluxOptions {
  /** Where InfluxDB is: `https://localhost:8086`, and the path that a proxy has it below, if it does. */
  readonly url: string | { readonly href: string }
  /**
   * An API token, credentials, a provider or a function as in `createAuthorizer`, or the {@link Session} that `signIn` gave. Left out for
   * what needs none, where `fetch` adds its own, and where a browser keeps the session.
   */
  readonly credentials?: CredentialSource | Session
  /** The `fetch` to use; one that adds the credential itself, as `withAuth` makes it, is fine. Default: the platform's. */
  readonly fetch?: FetchFunction | undefined
  /** In seconds: how long one request may take, its answer's body and the asking for a credential included. Default 30. */
  readonly timeout?: number | undefined
  /** Allows plain `http:` to other hosts than this machine. Default `false`. */
  readonly allowInsecure?: boolean | undefined
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal | undefined
}

/** What every function takes last. */
export interface CallOptions {
  /** Ends this call: it rejects with the signal's reason. Whether the server did what it was asked for is then not known. */
  readonly signal?: AbortSignal | undefined
}

/** A request, as the functions here make it. */
export interface InfluxRequest extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below the `url`, without a query: `/api/v2/me`. What is put into it has to be checked, or encoded. */
  readonly path: string
  /** Without what is `undefined`. */
  readonly query?: Readonly<Record<string, string | number | undefined>>
  /** Is sent as JSON. */
  readonly body?: object
  /** An `Authorization` instead of the credential's, and beside a session's cookie. */
  readonly authorization?: string
  /** What must not be shown, should the server repeat it. */
  readonly secrets?: readonly string[]
  /** Whether a browser is to keep the cookies that come; those that it has go along with a session's requests alone. */
  readonly keepsCookies?: boolean
}

/** An answer that is no refusal. */
export interface InfluxAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** Its JSON, or `undefined` where it has none. */
  readonly body: unknown
}

/** A server, and the credential for it. Nothing that prints it shows the credential. */
export interface Influx {
  /** Where InfluxDB is, without a slash at its end. */
  readonly url: string
  /** Which kind of credential it is. `'none'`: there is none, or `fetch` adds it. */
  readonly credential: 'none' | 'session' | 'other'
  /** The session, where it is one. */
  readonly session: Session | undefined
  /** Which of these tokens the credential is: its index, or -1. */
  whichIs(tokens: readonly (string | undefined)[]): Promise<number>
  /** The same server with another credential. */
  as(credentials: CredentialSource | Session): Influx
  /**
   * Sends a request of InfluxDB's API, for what there is no function for here. A refused credential is asked for anew, once.
   *
   * @throws {InfluxError} `ERR_INFLUX_REFUSED`, `_UNREACHABLE`, `_TIMEOUT` or `_ANSWER`
   * @throws {RedirectError} `ERR_REDIRECT_REFUSED`: no redirect is followed
   * @throws what the provider throws, and the signal's reason
   */
  send(request: InfluxRequest): Promise<InfluxAnswer>
}

/** The headers of an answer, of whichever `fetch`. */
export interface AnswerHeaders {
  get(name: string): string | null
  getSetCookie?(): string[]
}
