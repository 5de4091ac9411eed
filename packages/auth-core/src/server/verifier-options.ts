// What a verifier is told when it is made, and what each option may be.

import type { Awaitable } from '../awaitable.ts'
import { type AcceptedSchemes, basicMeanings } from '../influxdb/products.ts'
import * as allowed from '../option-rules.ts'
import type { HashOptions } from './checks/hash-queue.ts'
import type { PasswordHasher } from './checks/passwords.ts'
import type { TarpitOptions } from './checks/tarpit.ts'
import { profiles, type ServerProduct } from './incoming/profiles.ts'
import type { CacheOptions } from './kept/cache.ts'
import type { Digest } from './kept/secrets.ts'
import type { SessionOptions } from './kept/sessions.ts'
import type { AuthStore, StoredToken } from './kept/stores.ts'
import type { AuditListener } from './outgoing/events.ts'
import type { FindUser, User } from './outgoing/principal.ts'
import type { ChallengeMode } from './outgoing/refuse.ts'

/** Options of `createVerifier`. */
export interface VerifierOptions {
  /** Whose manners to take on: what is accepted and how it is refused. Default `'cloud-serverless'`. */
  readonly product?: ServerProduct | undefined
  /** What to accept other than the product does. */
  readonly schemes?: Partial<AcceptedSchemes> | undefined
  /** Where tokens and sessions are kept, and failed attempts counted. */
  readonly store?: Partial<Pick<AuthStore, 'tokens' | 'sessions' | 'attempts'>> | undefined
  /** Finds an API token by its SHA-256 (base64url), in the place of `store.tokens`. */
  readonly findToken?: ((hash: string) => Awaitable<StoredToken | undefined>) | undefined
  /**
   * Finds a user by name, or by the id that comes along where a token or a session is looked at. Without it nobody has a password, nor a session that began with one at another server of the same store; and a
   * token is good whoever it belongs to.
   */
  readonly findUser?: FindUser | undefined
  /** Checks passwords; without it none is right. */
  readonly passwords?: PasswordHasher | undefined
  /** How many slow hashes run and wait at one time; beyond it the answer is 503 at once. */
  readonly hashes?: HashOptions | undefined
  /** Keeps a password's new hash, after a sign-in with one that was made in an older way. */
  readonly onPasswordUpgrade?: ((user: User, hash: string) => Awaitable<unknown>) | undefined
  /** SHA-256 as base64url. Default: through WebCrypto. */
  readonly digest?: Digest | undefined
  /** How long, and how many, verified credentials are remembered; `false` for none. */
  readonly cache?: CacheOptions | false | undefined
  readonly session?: SessionOptions | undefined
  /**
   * When to send `WWW-Authenticate`: as the product does, but not to scripts, over whose page a native prompt would come up (`'auto'`, the
   * default); with every 401 (`'always'`); or `'never'`.
   */
  readonly challenge?: ChallengeMode | undefined
  /** How answers to attempts over the limit are held back, so that a flood of them slows itself; `false` for not at all. */
  readonly tarpit?: TarpitOptions | false | undefined
  /** Longest `Authorization` value, in characters. Default 8,192. */
  readonly maxLength?: number | undefined
  /** Is told who was let in, who was not, and why: for an audit log. */
  readonly onEvent?: AuditListener | undefined
  /** Is told what a store or a function of yours threw, which the client sees as a 503 or 500: for an error log. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** What each of {@link VerifierOptions} may be. */
export const verifierOptionRules: allowed.OptionRules<keyof VerifierOptions> = {
  product: allowed.oneOf(...Object.keys(profiles)),
  schemes: allowed.group<keyof AcceptedSchemes>({
    basic: allowed.oneOf<AcceptedSchemes['basic']>(...basicMeanings, false),
    token: allowed.oneOf<AcceptedSchemes['token']>('exact', 'any-case', false),
    bearer: allowed.boolean,
    tokenPair: allowed.boolean,
    query: allowed.oneOf<AcceptedSchemes['query']>('u-p', 'p', false),
    session: allowed.boolean,
    signIn: allowed.oneOf(...basicMeanings),
  }),
  store: allowed.store,
  findToken: allowed.callback,
  findUser: allowed.callback,
  passwords: allowed.having('hash', 'verify', 'isOutdated'),
  hashes: allowed.group<keyof HashOptions>({ running: allowed.whole(1), waiting: allowed.whole(0) }),
  onPasswordUpgrade: allowed.callback,
  digest: allowed.callback,
  cache: allowed.groupOrFalse<keyof CacheOptions>({
    seconds: allowed.number(0, 86_400),
    entries: allowed.whole(0),
    bytes: allowed.whole(0),
    now: allowed.callback,
  }),
  session: allowed.group<keyof SessionOptions>({
    idle: allowed.number(0.001, allowed.HUNDRED_YEARS),
    lifetime: allowed.number(0.001, allowed.HUNDRED_YEARS),
    cookie: allowed.string(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a cookie'),
    path: allowed.string(/^\/[ -:<-~]*$/, 'a path that begins with / and holds no semicolon'),
    origins: allowed.origins,
    clearSiteData: allowed.boolean,
  }),
  challenge: allowed.oneOf<ChallengeMode>('auto', 'always', 'never'),
  tarpit: allowed.groupOrFalse<keyof TarpitOptions>({
    milliseconds: allowed.number(0, allowed.LONGEST_TIMER),
    answers: allowed.whole(0),
  }),
  maxLength: allowed.whole(1),
  onEvent: allowed.callback,
  onError: allowed.callback,
}
