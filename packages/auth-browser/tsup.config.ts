import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

const options: Options = publishedPackage({
  index: 'src/index.ts',
  memory: 'src/vaults/memory.ts',
})
export default options
