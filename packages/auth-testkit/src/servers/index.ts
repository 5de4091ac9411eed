// The conformance suite for adapters to web frameworks.

export { type ExpectedAnswer, type ServerScenario, serverScenarios } from './requests.ts'
export { type ServerOptions, type ServerTraits, type ServerUnderTest, testServer } from './suite.ts'
