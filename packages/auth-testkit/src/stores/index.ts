// The store suite.

export type { StoreLimits, StoreOptions, StoreTraits, StoreUnderTest } from './subject.ts'
export { testStore } from './suite.ts'
