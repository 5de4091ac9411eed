// Request to principal: who is calling, what they may do, and how to refuse those who may not.

export { allowed } from '../allowed.ts'
export type { Awaitable } from '../awaitable.ts'
export type { AcceptedSchemes, BasicMeaning } from '../influxdb/products.ts'
export type { OptionRule, OptionRules } from '../option-rules.ts'
export { checkOptions, OptionsError, type OptionsErrorCode } from '../options.ts'
export type { Verdict } from './checks/check.ts'
export type { HashOptions } from './checks/hash-queue.ts'
export {
  PasswordError,
  type PasswordErrorCode,
  type PasswordHasher,
  type Pbkdf2Options,
  pbkdf2Passwords,
} from './checks/passwords.ts'
export {
  type Action,
  includesAll,
  type Permission,
  type Permissions,
  permits,
  type Resource,
} from './checks/permissions.ts'
export type { TarpitOptions } from './checks/tarpit.ts'
export { createGuard, type Guard, type GuardOptions, type Needed, type WebRequest } from './guard.ts'
export { canonicalAddress, networksOf } from './incoming/address.ts'
export type { ServerProduct } from './incoming/profiles.ts'
export { type AskedHeader, atOnce, type ServerRequest } from './incoming/request.ts'
export type { CacheOptions } from './kept/cache.ts'
export { createMemoryStore, type MemoryStore } from './kept/memory-store.ts'
export { type Digest, sha256 } from './kept/secrets.ts'
export type { SessionOptions, Sessions } from './kept/sessions.ts'
export {
  type Attempt,
  type AttemptLimiter,
  type AttemptPermit,
  type AuthStore,
  type SessionStore,
  type StoredSession,
  type StoredToken,
  StoreError,
  type StoreErrorCode,
  type TokenChange,
  type TokenFilter,
  type TokenStore,
} from './kept/stores.ts'
export type { NewToken, TokenListFilter } from './kept/token-input.ts'
export type { Tokens } from './kept/tokens.ts'
export type { AuditEvent, AuditListener } from './outgoing/events.ts'
export type { Principal, User } from './outgoing/principal.ts'
export type { Refusal, RefusalReason, Reply } from './outgoing/refusal.ts'
export type { ChallengeMode } from './outgoing/refuse.ts'
export { checkVerifier, createVerifier, type Verifier } from './verifier.ts'
export { type VerifierOptions, verifierOptionRules } from './verifier-options.ts'
