import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

const options: Options = publishedPackage({ index: 'src/index.ts', real: 'src/real/index.ts' })
export default options
