// The conformance suite for vaults.

export { testVault, type VaultUnderTest } from './suite.ts'
