// The conformance suite for credential sources.

export { type SourceOptions, type SourceTraits, type SourceUnderTest, testSource } from './suite.ts'
