// The conformance suite for adapters to HTTP clients.

export type {
  ClientAnswer,
  ClientOptions,
  ClientRequest,
  ClientTraits,
  ClientUnderTest,
  KeptRequest,
} from './contract.ts'
export { type Network, type Responder, type Stage, type Step, startNetwork, type Visit } from './network.ts'
export {
  type FoundDifference,
  findDifferences,
  type ParityClient,
  type ParityDifference,
  type ParityPair,
  type ParityRequest,
  type ParitySend,
  testParity,
} from './parity.ts'
export { type FetchInit, type FetchPlatform, type FetchRequests, fetchRequests } from './parity-fetch.ts'
export { type Hop, type RedirectScenario, redirectScenarios } from './scenarios.ts'
export { testClient } from './suite.ts'
