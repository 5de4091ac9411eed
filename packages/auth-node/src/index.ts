// Authenticated calls to InfluxDB from Node.

export { type AuthFetchOptions, authFetch } from './auth-fetch.ts'
