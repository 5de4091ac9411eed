import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

// vitest loads as ESM alone, and so does what imports it.
const options: Options = publishedPackage({ index: 'src/index.ts', real: 'src/real/index.ts' }, ['esm'])
export default options
