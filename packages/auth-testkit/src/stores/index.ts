// The store suite.

export type { StoreLimits, StoreNetwork, StoreOptions, StoreTraits, StoreUnderTest } from './subject.ts'
export { testStore } from './suite.ts'
