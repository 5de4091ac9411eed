// The conformance suite for adapters to web frameworks.

export type { ServerOptions, ServerTraits, ServerUnderTest } from './contract.ts'
export { serverScenarios } from './requests/index.ts'
export type { ExpectedAnswer, ServerScenario } from './requests/scenario.ts'
export { testServer } from './suite.ts'
