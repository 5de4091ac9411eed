// Request to principal: who is calling, what they may do, and how to refuse those who may not.

export type { Awaitable } from '../awaitable.ts'
export type { OptionRule, OptionRules } from '../option-rules.ts'
export * as allowed from '../option-rules.ts'
export { checkOptions, OptionsError, type OptionsErrorCode } from '../options.ts'
export { canonicalAddress, networksOf } from './address.ts'
export type { CacheOptions } from './cache.ts'
export type { Verdict } from './check.ts'
export type { AuditEvent, AuditListener } from './events.ts'
export { createGuard, type Guard, type GuardOptions, type Needed, type WebRequest } from './guard.ts'
export type { HashOptions } from './hash-queue.ts'
export { createMemoryStore, type MemoryStore } from './memory-store.ts'
export {
  PasswordError,
  type PasswordErrorCode,
  type PasswordHasher,
  type Pbkdf2Options,
  pbkdf2Passwords,
} from './passwords.ts'
export {
  type Action,
  includesAll,
  type Permission,
  type Permissions,
  permits,
  type Resource,
} from './permissions.ts'
export type { Principal, User } from './principal.ts'
export type { AcceptedSchemes, BasicMeaning, ServerProduct } from './profiles.ts'
export type { Refusal, RefusalReason, Reply } from './refusal.ts'
export type { ChallengeMode } from './refuse.ts'
export { type AskedHeader, atOnce, type ServerRequest } from './request.ts'
export { type Digest, sha256 } from './secrets.ts'
export type { SessionOptions, Sessions } from './sessions.ts'
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
} from './stores.ts'
export type { TarpitOptions } from './tarpit.ts'
export type { NewToken, Tokens } from './tokens.ts'
export { checkVerifier, createVerifier, type Verifier } from './verifier.ts'
export { type VerifierOptions, verifierOptionRules } from './verifier-options.ts'
