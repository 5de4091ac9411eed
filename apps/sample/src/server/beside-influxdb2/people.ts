// Who is known to both servers, by the names and the secrets that are sent.

/** The operator. */
export const USER = { username: 'zoë', password: 'p:ä ß€ secret' }
/** Who is inactive. */
export const INACTIVE = { username: 'ines', password: 'some-password' }
/** Who may do nothing but see and change herself. */
export const FEW = { username: 'rita', password: 'other-password' }
/** Who was deleted. */
export const GONE = { username: 'dora', password: 'third-password' }
/** A v1 authorization. */
export const V1 = { username: 'v1user', password: 'v1-password' }
/** The operator's token. */
export const TOKEN = 'my-token'

/** What the servers call the things that are asked for, and the values of the tokens that InfluxDB made up. */
export interface Things {
  readonly org: string
  readonly bucket: string
  /** A token of the operator's that is inactive; it was for reading buckets. */
  readonly inactive: string
  /** A token of the operator's that may read telegrafs alone. */
  readonly telegrafs: string
  /** A token of the operator's that may read the bucket. */
  readonly oneBucket: string
  /** A token of the inactive user's. */
  readonly ofInactive: string
  /** A token of the deleted user's. */
  readonly ofGone: string
}
/** v1 authorizations without a password, and inactive; the third that requests name was deleted. */
export const V1_OTHERS = { bare: 'v1bare', off: 'v1off', gone: 'v1gone' }
