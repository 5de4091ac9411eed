// InfluxDB's own sign-in, sessions and API tokens, on whichever product a server turns out to be.

export {
  type ApiToken,
  type AuthorizationChanges,
  type AuthorizationFilters,
  type AuthorizationRecord,
  type Authorizations,
  authorizations,
  type NewAuthorization,
  type NewV1User,
  type V1User,
  v1Users,
} from './authorizations.ts'
export { checkToken, type TokenCheck } from './check-token.ts'
export { type DetectedProduct, type Detection, detectProduct } from './detect-product.ts'
export { InfluxError, type InfluxErrorCode, type InfluxReason, toInfluxError } from './errors.ts'
export { influxApi } from './influx.ts'
export { type Bucket, type BucketFilters, buckets, type Org, orgs } from './names.ts'
export { changePassword, setPassword } from './passwords.ts'
export {
  allAccess,
  describePermissions,
  type InfluxPermission,
  operator,
  type PermissionResource,
  readBucket,
  writeBucket,
} from './permissions.ts'
export {
  type AcceptedSchemes,
  type BasicMeaning,
  type Endpoints,
  type Product,
  type ProductName,
  products,
} from './products.ts'
export { endRotation, type RotateOptions, rotate } from './rotate.ts'
export {
  RotationError,
  type RotationErrorCode,
  type RotationLeft,
  type RotationStep,
} from './rotation-error.ts'
export { me, signIn, signOut } from './session.ts'
export type {
  AnswerHeaders,
  CallOptions,
  Influx,
  InfluxAnswer,
  InfluxOptions,
  InfluxRequest,
  Session,
  User,
} from './types.ts'
export { type NewV3Token, type V3Token, v3Tokens } from './v3-tokens.ts'
