// Real servers and programs for tests: InfluxDB 1.6 and 2, nginx, Redis, PostgreSQL, curl, browsers, runtimes, the influx CLI, Telegraf, and InfluxData's
// clients in Python and Go.

export { type CurlResult, runCurl } from './curl.ts'
export { describeReal } from './describe-real.ts'
export { type InfluxUser, startInfluxdb } from './influxdb.ts'
export { type Influxdb2Options, type RunningInfluxdb2, startInfluxdb2 } from './influxdb2.ts'
export { type RunningKeyring, startKeyring } from './keyring.ts'
export { startNginx, startNginxProxy } from './nginx.ts'
export { findPart, type RealPart, type RealPartName, realParts, requirePart } from './parts.ts'
export { type RunningPostgres, startPostgres } from './postgres.ts'
export { freePort, type RunningServer } from './process.ts'
export { type RunningRedis, startRedis } from './redis.ts'
