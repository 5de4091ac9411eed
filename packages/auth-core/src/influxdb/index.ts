// InfluxDB's own sign-in, sessions and API tokens, on whichever product a server turns out to be.

export { checkToken, type TokenCheck } from './check-token.ts'
export { type DetectedProduct, type Detection, detectProduct } from './detect-product.ts'
export { InfluxError, type InfluxErrorCode, type InfluxReason, toInfluxError } from './errors.ts'
export { influxApi } from './influx.ts'
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
