// Conformance suites for those who extend fluxauth.

export { type SchemeCheck, type SchemeSamples, schemeChecks, testScheme } from './schemes.ts'
