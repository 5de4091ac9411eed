// Conformance suites for those who extend fluxauth.

export {
  type ClientAnswer,
  type ClientOptions,
  type ClientRequest,
  type ClientTraits,
  type ClientUnderTest,
  type FetchInit,
  type FetchPlatform,
  type FetchRequests,
  type FoundDifference,
  fetchRequests,
  findDifferences,
  type Hop,
  type KeptRequest,
  type Network,
  type ParityClient,
  type ParityDifference,
  type ParityPair,
  type ParityRequest,
  type ParitySend,
  type RedirectScenario,
  type Responder,
  redirectScenarios,
  type Stage,
  type Step,
  startNetwork,
  testClient,
  testParity,
  type Visit,
} from './clients/index.ts'
export { type SchemeCheck, type SchemeSamples, schemeChecks, testScheme } from './schemes.ts'
export {
  type ExpectedAnswer,
  type ServerOptions,
  type ServerScenario,
  type ServerTraits,
  type ServerUnderTest,
  serverScenarios,
  testServer,
} from './servers/index.ts'
export { type SourceOptions, type SourceTraits, type SourceUnderTest, testSource } from './sources/index.ts'
export {
  type StoreLimits,
  type StoreNetwork,
  type StoreOptions,
  type StoreTraits,
  type StoreUnderTest,
  testStore,
} from './stores/index.ts'
export { testVault, type VaultUnderTest } from './vaults/index.ts'
